"""What people have of their cars adds up to the cars."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from service.model.matches import Call, MatchRecord, Party
from service.model.partners import Whose
from service.usecases.shares import SAVED, counted_savings, person_shares
from service.usecases.visibility import match_document

AT = datetime(2027, 3, 1, tzinfo=UTC)


@st.composite
def cars(draw: st.DrawFn) -> MatchRecord:
    riders = [Party(f"r{n}", draw(st.sampled_from(["a", "b"])), f"c{n}") for n in range(draw(st.integers(1, 4)))]
    figures = {name: draw(st.integers(-1000, 100_000)) for name in SAVED}
    stops = [Call(kind, AT, 52.3, 4.9, rider.trip_id) for rider in riders for kind in ("pickup", "dropoff")]
    return MatchRecord(
        id="m", status="completed", version=1, seq=1, driver=Party("o", "a", "d"), riders=tuple(riders),
        stops=tuple(stops),
        detour_s=0, cost_shares={r.trip_id: f"{draw(st.decimals(0, 100, places=2))}" for r in riders}, currency="EUR",
        expires_at=AT, batch_id="b", created_at=AT, **figures,
    )  # fmt: skip


@given(cars())
def test_sums_over_people_are_those_of_the_car(match: MatchRecord) -> None:
    totals = Counter[str]()
    for _, counts in person_shares(match):
        for name, number in counts.items():
            totals[name] += number
    assert {name: totals[name] for name in SAVED} == counted_savings(match)
    assert (totals["drives"], totals["rides"]) == (1, len(match.riders))
    assert totals["paid_EUR"] == totals["received_EUR"]


@given(cars())
def test_nobody_has_more_than_a_second_a_metre_a_gram_less_than_another(match: MatchRecord) -> None:
    shares = [counts for party, counts in person_shares(match) if party is not match.driver]
    assert all(len({counts[name] for counts in shares}) == 1 for name in SAVED)


@given(cars())
def test_savings_are_exact_where_all_are_one_partners_and_else_as_strangers_read_them(match: MatchRecord) -> None:
    counted, exact = counted_savings(match), {name: getattr(match, name) for name in SAVED}
    if {party.partner_id for party in match.parties} == {"a"}:
        assert counted == exact
    else:
        seen = match_document(match, Whose("b"))
        assert counted == {name: seen[name] for name in SAVED}
