"""Ids sort by the time they were made and name their market."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.ids import MOST_MARKETS, is_id, market_number, new_id


@given(st.sampled_from(["offer", "request", "match", "batch"]), st.integers(0, MOST_MARKETS - 1))
def test_an_id_names_its_market(kind: str, number: int) -> None:
    id_ = new_id(kind, number)
    assert is_id(id_, kind)
    assert market_number(id_) == number


def test_ids_of_several_markets_sort_as_they_were_made_and_are_all_different() -> None:
    made = [new_id("offer", n * 997 % MOST_MARKETS) for n in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
