"""The benchmark: the cost of a request to the site, compared with servers that do the least that can be done."""
