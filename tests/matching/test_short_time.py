"""Promises are kept however short the time: riders with returns, riders whom all cars want, shared eithers."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from matching import Deadline, Instance, Offer, Place, Request, check, solve, warm_up

A, B = Place(52.30, 4.86), Place(52.37, 4.90)


def with_a_return() -> Instance:
    return Instance(
        (Offer("o", A, B, 0, 4000, 3, 900, committed=("r",)), Offer("back", B, A, 30000, 36000, 3, 900)),
        (Request("r", A, B, 0, 4000), Request("b", B, A, 30000, 36000, return_of="r")),
    )


def wanted_by_all() -> Instance:
    offers = tuple(Offer(f"o{n}", A, B, 0, 4000, 4, 900, committed=(f"r{n}",)) for n in range(30))
    riders = tuple(Request(f"r{n}", A, B, 0, 4000) for n in range(30))
    return Instance(offers, riders + tuple(Request(f"x{n}", A, B, 0, 4000, priority_s=9000) for n in range(12)))


def with_eithers() -> Instance:
    offers = tuple(Offer(f"o{n}", A, B, 0, 4000, 2, 900, committed=(f"r{n}",), either=f"e{n}") for n in range(10))
    riders = tuple(Request(f"r{n}", A, B, 0, 4000) for n in range(10))
    flexible = tuple(Request(f"x{n}", A, B, 0, 4000, either=f"e{n}", priority_s=9000) for n in range(10))
    return Instance(offers, riders + flexible)


def fifty_wanted() -> Instance:
    offers = tuple(Offer(f"o{n}", A, B, 0, 4000, 2, 900, committed=(f"r{n}",)) for n in range(30))
    riders = tuple(Request(f"r{n}", A, B, 0, 4000) for n in range(30))
    return Instance(offers, riders + tuple(Request(f"x{n}", A, B, 0, 4000, priority_s=9000) for n in range(50)))


@pytest.mark.parametrize("limit_s", [1e-6, 1e-3, 0.01, 0.05, 0.5])
@pytest.mark.parametrize("make", [with_a_return, wanted_by_all, fifty_wanted, with_eithers])
def test_commitments_are_kept_however_short_the_time(make: Callable[[], Instance], limit_s: float) -> None:
    warm_up()  # loading the kernels does not count
    instance = make()
    assert check(instance, solve(instance, Deadline(time.monotonic, limit_s))) == []
