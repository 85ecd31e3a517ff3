"""A day on which trips come in one after another, matched by one policy or another."""
