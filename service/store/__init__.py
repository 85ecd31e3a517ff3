"""The one store: Valkey or Redis. No other room knows a key or a command."""
