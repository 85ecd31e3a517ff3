"""What a run is told by its environment: the same for `carpool-load` and for `locust -f loadtests/locustfile.py`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from loadtests.load.pace import Pace, begin, pace_of
from loadtests.load.shapes import SHAPES, Shape
from service.demo.cities import CITIES, CityName

_PREFIX = "LOADTEST_"


@dataclass(frozen=True, slots=True)
class Given:
    """What the environment says. `out`: where everything is noted; None: nowhere.

    `least_calls`: the run does not end before there were so many, however long they take.
    """

    keys: tuple[str, ...]
    operator_key: str | None
    city: CityName
    seed: int
    shape: Shape | None
    most: int
    minutes: float
    least_calls: int
    out: Path | None
    allow_remote: bool
    pace: Pace


def given_by(environ: Mapping[str, str]) -> Given:
    """Read `LOADTEST_…`; what is wrong ends the program with one line."""
    said = {name.removeprefix(_PREFIX): value for name, value in environ.items() if name.startswith(_PREFIX)}
    city = said.get("CITY", "toronto")
    if city not in CITIES:
        sys.exit(f"LOADTEST_CITY {city} is none of {', '.join(CITIES)}")
    name = said.get("SHAPE")
    if name is not None and name not in SHAPES:
        sys.exit(f"LOADTEST_SHAPE {name} is none of {', '.join(SHAPES)}")
    shape = SHAPES[name] if name else None
    return Given(
        keys=tuple(key for key in said.get("KEY", "").split(",") if key), operator_key=said.get("OPERATOR_KEY"),
        city=cast("CityName", city), seed=int(said.get("SEED", "1")), shape=shape,
        most=int(said.get("USERS", shape.most if shape else 1)),
        minutes=float(said.get("MINUTES", shape.minutes if shape else 1)),
        least_calls=int(said.get("LEAST_CALLS", "0")),
        out=Path(said["OUT"]) if "OUT" in said else None, allow_remote=said.get("ALLOW_REMOTE") == "1",
        pace=pace_of(said["PACE"]) if "PACE" in said else begin(1),
    )  # fmt: skip


def is_loopback(url: str) -> bool:
    """Tell whether a URL aims at this machine."""
    name = urlsplit(url).hostname or ""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def refusal(given: Given, targets: Iterable[str | None]) -> str | None:
    """Return why a run on these targets is not begun; None where it may be."""
    aimed = [target or "" for target in targets]
    if not given.allow_remote and not all(map(is_loopback, aimed)):
        return (
            f"this load test aims at this machine only, not at {', '.join(aimed)}: "
            "set LOADTEST_ALLOW_REMOTE=1 if the target is yours"
        )
    return None if given.keys else "set LOADTEST_KEY to a partner's API key (carpool keys create PARTNER_ID)"


GIVEN = given_by(os.environ)
