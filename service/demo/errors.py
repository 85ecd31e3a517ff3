"""What ends a demo early, in one clear line."""

from __future__ import annotations


class DemoFailed(Exception):
    """The demo could not do what it shows; the words say what and what to look at."""
