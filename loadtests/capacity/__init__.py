"""What the store and the processes carry: writes, memory, several matchers and deliverers, freshness."""
