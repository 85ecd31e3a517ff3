"""What a fuzz of the running service needs: a world with something in it, and what is expected of its answers."""
