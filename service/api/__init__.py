"""HTTP: translates requests into use cases and their results into answers, and decides nothing."""
