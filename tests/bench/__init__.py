"""The benchmark: what a request costs here, beside what it costs in servers that do as little as can be done."""
