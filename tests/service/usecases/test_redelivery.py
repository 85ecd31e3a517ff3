"""What an endpoint missed is owed to it again: once, in order, and nothing that it has or is about to get."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from service.errors import Invalid, KeyReused, NotFound, WrongState
from service.model.events import event_id
from service.model.partners import Caller
from service.model.webhooks import Claimed
from service.store import deliveries, logs
from service.store.deliveries import Disabling, Settlement, Wanted
from service.store.once import Once
from service.usecases import redelivery, webhooks
from service.usecases.context import Context
from service.usecases.redelivery import Missed, redeliver_events, redeliver_missed
from service.usecases.webhooks import Change, EndpointDraft
from tests.conftest import FakeClock
from tests.running import relayed
from tests.service.making import emit, new_event

pytestmark = pytest.mark.anyio
OWNER = "par_1"
CALLER = Caller(OWNER, "key_1", frozenset({"webhooks:manage"}), sandbox=False)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
GONE = {"type": "endpoint.disabled", "at": "2026-11-24T06:00:00Z", "seq": "2", "subject": "whe_1", "data": "{}"}


@pytest.fixture
async def endpoint(context: Context) -> str:
    draft = EndpointDraft("https://hooks.example/in", (), "")
    document, _ = await webhooks.create_endpoint(context, CALLER, draft, lambda _: None)
    return str(document["id"])


async def happen(context: Context, *subjects: str, type_: str = "match.proposed") -> list[str]:
    """Put events of these subjects into the log; returns the entries of all."""
    await emit(context.store, *[new_event(OWNER, seq=n, subject=s, type_=type_) for n, s in enumerate(subjects)])
    await relayed(context)
    return [event.entry for event in (await logs.read(context.store, OWNER, None, 1000)).events]


async def claim(context: Context) -> list[Claimed]:
    (claims,) = await deliveries.claim(
        context.store, [Wanted(OWNER, 100, 100, {})], context.clock.now(), timedelta(seconds=30), DAY
    )
    return claims.claimed


async def settle(context: Context, claimed: Sequence[Claimed], verdict: str, **more: Any) -> None:
    now = context.clock.now()
    await deliveries.settle(
        context.store,
        [Settlement(one, verdict, now, attempt='{"status":500}', **more) for one in claimed],
        DAY,  # type: ignore[arg-type]
    )


async def missed(
    context: Context, endpoint: str, since: datetime, until: datetime | None = None, key: str = ""
) -> tuple[dict[str, Any], bool]:
    def make_once(answer: bytes) -> Once | None:
        return Once(key, "0" * 64, answer.decode()) if key else None

    return await redeliver_missed(context, CALLER, endpoint, Missed(since, until), make_once)


async def named(context: Context, endpoint: str, *entries: str, key: str = "") -> tuple[dict[str, Any], bool]:
    def make_once(answer: bytes) -> Once | None:
        return Once(key, "0" * 64, answer.decode()) if key else None

    return await redeliver_events(context, CALLER, endpoint, [event_id(OWNER, entry) for entry in entries], make_once)


async def test_what_was_given_up_on_is_sent_again_and_what_was_taken_is_not(
    context: Context, clock: FakeClock, endpoint: str
) -> None:
    began = clock.now()
    entries = await happen(context, "mat_1", "mat_2", "mat_3", "mat_4")
    failed, taken, pending, _ = await claim(context)
    await settle(context, [failed], "failed")
    await settle(context, [taken], "succeeded")
    await settle(context, [pending], "retry", due=clock.now() + MINUTE)
    assert await missed(context, endpoint, began) == ({"queued": 1, "next_since": None}, False)
    assert await missed(context, endpoint, began) == ({"queued": 0, "next_since": None}, False)
    (again,) = await claim(context)
    assert again.entry == entries[0]
    assert again.attempts == 0  # on the whole schedule
    page = await deliveries.list_deliveries(context.store, OWNER, endpoint, limit=10, cursor=None)
    (shown,) = [delivery for delivery in page.items if delivery.event_id == again.event_id]
    assert (shown.status, len(shown.attempts)) == ("pending", 1)


async def test_a_worker_that_held_it_before_can_not_settle_it_any_more(context: Context, endpoint: str) -> None:
    await happen(context, "mat_1")
    (first,) = await claim(context)
    await settle(context, [first], "failed")
    await missed(context, endpoint, context.clock.now() - MINUTE)
    late = Settlement(first, "succeeded", context.clock.now(), attempt="{}")
    (settled,) = await deliveries.settle(context.store, [late], DAY)
    assert settled.answer == "stale"


async def test_what_came_while_the_endpoint_was_disabled_is_sent_once_it_is_enabled(
    context: Context, clock: FakeClock, endpoint: str
) -> None:
    began = clock.now()
    await happen(context, "mat_1")
    (first,) = await claim(context)
    await settle(context, [first], "retry", due=clock.now(), disable=Disabling("gone", GONE))
    entries = await happen(context, "mat_2", "mat_3")
    with pytest.raises(WrongState):
        await missed(context, endpoint, began)
    enabled = await webhooks.change_endpoint(
        context, CALLER, endpoint, None, lambda now: Change(now.url, now.event_types, (), now.description, "enabled")
    )
    assert (enabled.status, enabled.disabled_reason, enabled.version) == ("enabled", None, 3)
    assert [one.subject for one in await claim(context)] == ["mat_1"]  # what was owed then is sent as it is enabled
    answer, _ = await missed(context, endpoint, began)
    assert answer["queued"] == 3  # with the event that told of the end
    assert [one.entry for one in await claim(context)] == entries[1:]


async def test_only_the_time_and_the_types_that_are_meant(context: Context, clock: FakeClock, endpoint: str) -> None:
    await webhooks.delete_endpoint(context, CALLER, endpoint)
    await happen(context, "mat_1")
    since = clock.move(minutes=1)
    await happen(context, "mat_2")
    await happen(context, "trip_1", type_="trip.expired")
    until = clock.move(minutes=1)
    await happen(context, "mat_3")
    draft = EndpointDraft("https://hooks.example/in", ("match.proposed",), "")
    made, _ = await webhooks.create_endpoint(context, CALLER, draft, lambda _: None)
    assert (await missed(context, made["id"], since, until))[0]["queued"] == 1
    assert [one.subject for one in await claim(context)] == ["mat_2"]


async def test_pings_are_of_no_use_later(context: Context, endpoint: str) -> None:
    await webhooks.ping_endpoint(context, CALLER, endpoint, lambda _: None)
    await settle(context, await claim(context), "failed")
    assert (await missed(context, endpoint, context.clock.now() - MINUTE))[0]["queued"] == 0


async def test_events_that_are_named_are_sent_again_though_they_were_taken(context: Context, endpoint: str) -> None:
    entries = await happen(context, "mat_1", "mat_1", "mat_2")
    for _ in range(2):
        await settle(context, await claim(context), "succeeded")
    assert (await named(context, endpoint, entries[1], entries[0]))[0]["queued"] == 2
    (first,) = await claim(context)
    assert first.entry == entries[0]  # one of a match at a time
    await settle(context, [first], "succeeded")
    (second,) = await claim(context)
    assert second.entry == entries[1]
    assert (await named(context, endpoint, entries[1]))[0]["queued"] == 0  # it is on its way


async def test_an_event_that_is_not_there_stops_all(context: Context, endpoint: str) -> None:
    entries = await happen(context, "mat_1")
    await settle(context, await claim(context), "failed")
    with pytest.raises(Invalid, match="/event_ids/1"):
        await named(context, endpoint, entries[0], "5-0")
    with pytest.raises(Invalid, match="/event_ids/0"):
        await redeliver_events(context, CALLER, endpoint, [event_id("par_2", entries[0])], lambda _: None)
    assert await claim(context) == []
    with pytest.raises(NotFound):
        await redeliver_events(
            context, Caller("par_2", "k", frozenset(), sandbox=False), endpoint, ["x"], lambda _: None
        )


async def test_a_repeat_with_its_key_gets_the_first_answer_and_sends_nothing(context: Context, endpoint: str) -> None:
    began = context.clock.now()
    entries = await happen(context, "mat_1", "mat_2")
    await settle(context, await claim(context), "failed")
    first, _ = await missed(context, endpoint, began, key="a")
    await settle(context, await claim(context), "failed")
    assert await missed(context, endpoint, began, key="a") == (first, True)
    assert await claim(context) == []
    once, _ = await named(context, endpoint, *entries, key="b")
    await settle(context, await claim(context), "succeeded")
    assert await named(context, endpoint, *entries, key="b") == (once, True)
    assert await claim(context) == []
    with pytest.raises(KeyReused):
        await redeliver_missed(
            context, CALLER, endpoint, Missed(began, None), lambda answer: Once("a", "1" * 64, answer.decode())
        )


async def test_too_much_for_one_call_goes_on_from_where_it_ended(
    context: Context, clock: FakeClock, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redelivery, "_MOST_OWED", 100)
    began = clock.now()
    await webhooks.delete_endpoint(context, CALLER, endpoint)
    for n in range(3):
        await happen(context, *[f"mat_{n}_{m}" for m in range(90)])
        clock.move(seconds=1)
    made, _ = await webhooks.create_endpoint(
        context, CALLER, EndpointDraft("https://hooks.example/in", (), ""), lambda _: None
    )
    counts, since = [], began
    while True:
        answer, _ = await missed(context, made["id"], since)
        counts.append(answer["queued"])
        if answer["next_since"] is None:
            break
        since = datetime.fromisoformat(answer["next_since"])
    assert counts[0] == 100
    assert sum(counts) == 270
