"""The entry point of `carpool-load`, which says what is missing before it imports it."""

from __future__ import annotations

import sys
from importlib.util import find_spec

_NEEDED = ("locust", "psutil")


def main() -> None:
    """Run `carpool-load`."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        sys.exit(f"carpool-load: {' and '.join(missing)} not installed: pip install 'carpool[load]'")
    from loadtests.load.command import main as run

    run()


if __name__ == "__main__":
    main()
