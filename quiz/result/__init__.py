"""What a result shows: breakdown, chart, comparison with an earlier one, and plan. Pure: no Django."""
