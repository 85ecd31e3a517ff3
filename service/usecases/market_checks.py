"""Live markets' records, held to what whoever makes a market is held to; and what is kept of markets without one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from service.ids import MOST_MARKETS
from service.model.areas import BadArea, read_area
from service.model.markets import MAIN, POLICY, Market
from service.model.meeting_points import BadMeetingPoints, as_collection, read_meeting_points
from service.model.partners import is_sandbox
from service.store import markets as store_markets
from service.store.audit import Act
from service.store.checks.others import check_market
from service.store.checks.reading import Pass
from service.store.damaged import DAMAGE
from service.usecases.markets import area_faults, own_faults, point_faults

_CHECK = "market records"


async def check_markets(on: Pass, used: Collection[str]) -> None:
    """Judge each market's record, and see that each market that something is kept of (`used`) has one.

    Mended is what changes nothing that happens: names of neighbours, and of a policy, that there are none of.
    """
    version, records = await store_markets.read_records(on.store)
    on.report.read(_CHECK, len(records))
    read = {name: market for name, doc in records.items() if (market := _read(on, name, doc)) is not None}
    markets = {MAIN.name: MAIN} | read
    _judge_numbers(on, list(markets.values()))
    _judge_maps(on, list(markets.values()))
    for name in read:
        await check_market(on, name)
        version = await _judge_own(on, markets, records, name, version)
    for name in sorted(set(used) - records.keys() - {MAIN.name}):
        if not is_sandbox(name):
            on.report.found(_CHECK, f"{name} has no record, and trips or matches of it are kept")


def _read(on: Pass, name: str, doc: str) -> Market | None:
    try:
        market = store_markets.market_of(doc)
        if market.name != name or not all(isinstance(text, str) for text in (market.timezone, *market.neighbours)):
            raise ValueError("name, timezone or neighbours")
    except DAMAGE as error:
        on.report.unreadable(_CHECK, name, error)
        return None
    return market


def _judge_numbers(on: Pass, markets: Sequence[Market]) -> None:
    """See that a number names one market, because ids have it; `main` has none of its own."""
    holders: dict[int, str] = {MAIN.number: MAIN.name}
    for market in markets:
        if holders.setdefault(market.number, market.name) != market.name:
            on.report.found(_CHECK, f"{market.name}: has the number of {holders[market.number]}, {market.number}")
        elif not 0 <= market.number < MOST_MARKETS or (market.name == MAIN.name and market.number != MAIN.number):
            on.report.found(_CHECK, f"{market.name}: has the number {market.number}")


def _judge_maps(on: Pass, markets: Sequence[Market]) -> None:
    """Judge areas and meeting points, each against those of the markets before."""
    good: list[Market] = []
    for market in markets:
        try:
            if market.area is not None:
                read_area(market.area)
        except BadArea as error:
            on.report.found(_CHECK, f"{market.name}: /area {error}")
            continue
        for fault in area_faults(market, good):
            on.report.found(_CHECK, f"{market.name}: {fault.pointer} {fault.detail}")
        try:
            read_meeting_points(as_collection(market.meeting_points))
        except BadMeetingPoints as error:
            on.report.found(_CHECK, f"{market.name}: /meeting_points {error}")
            continue
        for fault in point_faults(market, good):
            on.report.found(_CHECK, f"{market.name}: {fault.pointer} {fault.detail}")
        good.append(market)


async def _judge_own(
    on: Pass, markets: Mapping[str, Market], records: Mapping[str, str], name: str, version: str
) -> str:
    """Judge what is a market's own, and mend it where that loses nothing; returns the version of the list by then."""
    market, names = markets[name], (records.keys() | {MAIN.name}) - {name}
    known = replace(
        market, neighbours=tuple(other for other in market.neighbours if other in names),
        policy={word: value for word, value in market.policy.items() if word in POLICY},
    )  # fmt: skip
    unknown = [f"the neighbour {other}" for other in market.neighbours if other not in names]
    unknown += [f"{word} in its policy" for word in market.policy if word not in POLICY]
    mended = False
    if unknown and on.mend:
        mended = await store_markets.put_market(
            on.store, replace(known, version=market.version + 1), version,
            Act("doctor", "market.update", name, on.now, {"dropped": unknown}),
        )  # fmt: skip
    for words in unknown:
        on.report.found(_CHECK, f"{name}: there is no such thing as {words}", mended=mended)
    # A neighbour whose record can not be read is told of by itself.
    readable = replace(known, neighbours=tuple(other for other in known.neighbours if other in markets))
    for fault in own_faults(readable, list(markets.values())):
        on.report.found(_CHECK, f"{name}: {fault.pointer} {fault.detail}")
    return str(int(version) + 1) if mended else version
