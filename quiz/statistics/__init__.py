"""Statistics of all kept results."""
