"""Static pages that the service gives out."""
