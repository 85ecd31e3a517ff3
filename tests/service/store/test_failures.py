"""What a store's client raises is told apart: what passes is answered by 503, what is our own fault is not."""

from __future__ import annotations

from typing import Any

import pytest
from redis.asyncio.cluster import NodesManager

from service.errors import StoreUnavailable
from service.store.failures import translated

GONE: Any = None  # what a failover leaves of a node


class Changing(dict[str, Any]):
    """The client's own nodes, while another of its calls changes them."""

    def keys(self) -> Any:
        raise RuntimeError("dictionary changed size during iteration")


def refresh(before: Any) -> None:
    """Have the cluster's client take in that there are no nodes any more."""
    NodesManager([], require_full_coverage=False, connection_kwargs={}).set_nodes(before, {}, remove_old=True)


def test_what_a_failover_breaks_within_the_client_is_a_store_out_of_reach() -> None:
    for before, name in (({"n": GONE}, "AttributeError"), (Changing(), "RuntimeError")):
        with pytest.raises(StoreUnavailable, match=f"{name} in its client"), translated():
            refresh(before)


def test_a_fault_of_our_own_stays_what_it_is() -> None:
    with pytest.raises(AttributeError), translated():
        GONE.anything()
    with pytest.raises(RuntimeError), translated():
        raise RuntimeError("ours")
