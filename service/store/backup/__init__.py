"""A store saved to one file and put back: the snapshot that replicas get, and a copy of it by plain commands."""
