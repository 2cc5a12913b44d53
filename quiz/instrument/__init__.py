"""What a quiz consists of, the parser of its text, and the checks on it. Pure: no Django."""
