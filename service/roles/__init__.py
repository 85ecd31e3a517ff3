"""What each process does: a module for each role, which loads what that role needs."""
