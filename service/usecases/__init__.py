"""What the service does. Knows neither HTTP nor the store's keys."""
