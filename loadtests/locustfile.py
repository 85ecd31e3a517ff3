"""Load on the API by surveyed commuters, in the shape that is asked for; `carpool-load` runs it with everything beside.

    LOADTEST_KEY=cpk_… locust -f loadtests/locustfile.py --host http://127.0.0.1:8000 --headless -u 50 -r 10 -t 60s
    LOADTEST_KEY=cpk_…,cpk_… LOADTEST_SHAPE=morning LOADTEST_USERS=100 LOADTEST_MINUTES=3 \
        locust -f loadtests/locustfile.py --host http://127.0.0.1:8000 --headless

Environment: LOADTEST_KEY (API keys of partners, among whom users are spread), LOADTEST_OPERATOR_KEY, LOADTEST_SHAPE,
LOADTEST_USERS, LOADTEST_MINUTES, LOADTEST_LEAST_CALLS, LOADTEST_CITY (toronto or amsterdam), LOADTEST_SEED,
LOADTEST_OUT (a directory for what is noted), and LOADTEST_ALLOW_REMOTE=1 to aim at anything but this machine. The same
seed posts the same trips in the same order. Without a shape it is Locust's own flags that say how many users come.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from locust import LoadTestShape, events
from locust.env import Environment

from loadtests.load.caller import RECORDER
from loadtests.load.given import GIVEN, refusal
from loadtests.load.record import Call, Headcount
from loadtests.load.shapes import SHAPES
from loadtests.load.users import USERS

_SPAWNED_PER_S = 100.0
_MIDDLE = 0.5  # of a shape, while too few calls were made when its time is over
globals().update({name: USERS[name] for name in (GIVEN.shape or SHAPES["morning"]).users})


@events.init.add_listener
@events.test_start.add_listener
def refuse_other_targets(environment: Environment, **_: Any) -> None:
    """End the run before its first request where it aims elsewhere or has no key."""
    targets = [environment.host] if environment.host else [user.host for user in environment.user_classes]
    why = refusal(GIVEN, targets)
    if why is not None:
        sys.exit(why)


@events.request.add_listener
def note_call(
    name: str, response_time: float, exception: Exception | None, response: Any = None, status: int | None = None,
    **_: Any,
) -> None:  # fmt: skip
    """Note how a call went."""
    found = status if status is not None else getattr(response, "status_code", 0)
    outcome = "failed" if exception is not None else "refused" if found in (429, 503) else "ok"
    RECORDER.call(Call(time.time(), name, response_time, outcome))


@events.quit.add_listener
def finish(**_: Any) -> None:
    """Have everything noted written."""
    RECORDER.close()


if GIVEN.shape is not None:
    shape = GIVEN.shape

    class Load(LoadTestShape):
        """As many users as the shape has at each moment."""

        def tick(self) -> tuple[int, float] | None:
            """Return how many users there are to be, and how fast they come; None at the end."""
            over = self.get_run_time() / (60 * GIVEN.minutes)
            RECORDER.users(Headcount(time.time(), self.get_current_user_count()))
            if over >= 1 and RECORDER.called >= GIVEN.least_calls:
                return None
            return shape.users_at(over if over < 1 else _MIDDLE, GIVEN.most) + 1, _SPAWNED_PER_S
