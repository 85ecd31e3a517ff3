"""The methods by name, and what each may take."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import NamedTuple

from loadtests.matchers.answers import Answer
from matching import Instance

NAMES = "engine, parts, greedy, routing, vroom-0 to vroom-5, vroom-0-pinned to vroom-5-pinned"
ROUTING_LIMIT_S = 60.0
PROVEN = ("engine", "parts")  # whose bounds hold for all plans


class Method(NamedTuple):
    """How to run a method on an instance within a limit of seconds, and what comes before its clock starts."""

    run: Callable[[Instance, float | None], Answer]
    warm_up: Callable[[], None]


def is_method(name: str) -> bool:
    """Say whether a method has this name."""
    return name in {*PROVEN, "greedy", "routing"} or re.fullmatch(r"vroom-[0-5](-pinned)?", name) is not None


def is_installed(name: str) -> bool:
    """Say whether the method's library is here."""
    return not name.startswith("vroom") or find_spec("vroom") is not None


def method_of(name: str) -> Method:
    """Return the method of a name; it is imported only now, so that others don't count its memory."""
    if name in PROVEN:
        from loadtests.matchers import engine

        return Method(engine.run if name == "engine" else engine.run_in_parts, engine.warm_up)
    if name == "greedy":
        from loadtests.matchers import greedy

        return Method(greedy.run, greedy.warm_up)
    if name == "routing":
        from loadtests.matchers import routing

        return Method(routing.run, routing.warm_up)
    from loadtests.matchers import vroom

    level = int(name.split("-")[1])
    return Method(partial(vroom.run, level=level, pinned=name.endswith("-pinned")), vroom.warm_up)
