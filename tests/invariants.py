"""What holds of the whole store at any moment: nobody is in two cars, no seat is oversold, both sides agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import orjson

from service.store import keys
from service.store.client import Store

HELD = {"proposed", "confirmed", "under_way"}


async def violations(store: Store, market: str = "main") -> list[str]:
    """Return a sentence for each thing in a market that contradicts another."""
    tag = keys.market_tag(market)
    trips = {trip["id"]: trip for trip in await _hashes(store, keys.TRIP(tag, "*")) if trip["status"] != "moved"}
    docs = [orjson.loads(match["doc"]) for match in await _hashes(store, keys.MATCH(tag, "*"))]
    matches = {doc["id"]: doc for doc in docs}
    return [*_cars(trips, matches), *await _indexes(store, tag, trips, matches)]


async def violations_between(store: Store, markets: Iterable[str], posted: Iterable[str]) -> list[str]:
    """Return a sentence for each trip that is lost, or in more than one of several markets."""
    where: dict[str, list[str]] = {id_: [] for id_ in posted}
    moving: dict[str, str] = {}
    for market in markets:
        for trip in await _hashes(store, keys.TRIP(keys.market_tag(market), "*")):
            if trip["status"] == "moving":
                moving[trip["id"]] = market
            elif trip["status"] != "moved":
                where[trip["id"]].append(market)
    found = [f"{id_} is in {' and '.join(places)}" for id_, places in where.items() if len(places) > 1]
    found += [f"{id_} is nowhere" for id_, places in where.items() if not places and id_ not in moving]
    return found + [f"{id_} moves out of where it is" for id_, market in moving.items() if market in where[id_]]


def _cars(trips: dict[str, Any], matches: dict[str, Any]) -> list[str]:
    found = []
    held = Counter[str]()
    for match in matches.values():
        parties = [match["driver"], *match["riders"]]
        if match["status"] not in HELD:
            continue
        held.update(party["trip_id"] for party in parties)
        for party in parties:
            trip = trips[party["trip_id"]]
            if trip["status"] != match["status"] or trip["match"] != match["id"]:
                found.append(f"{match['id']} is {match['status']}, its {trip['id']} is {trip['status']}")
        bodies = {party["trip_id"]: orjson.loads(trips[party["trip_id"]]["body"]) for party in parties}
        seats = {rider["trip_id"]: bodies[rider["trip_id"]].get("seats", 1) for rider in match["riders"]}
        aboard = 0
        for stop in match["stops"]:
            aboard += {"pickup": 1, "dropoff": -1}.get(stop["kind"], 0) * seats.get(stop["request_id"], 0)
            if aboard > bodies[match["driver"]["trip_id"]]["seats"]:
                found.append(f"{match['id']} carries {aboard} at once")
    found += [f"{trip_id} is in {cars} cars" for trip_id, cars in held.items() if cars > 1]
    found += [
        f"{trip['id']} is {trip['status']} without a car"
        for trip in trips.values()
        if (trip["status"] in HELD) != (held[trip["id"]] == 1)
    ]
    for trip in trips.values():
        outward = orjson.loads(trip["body"]).get("return_of")
        if trip["status"] == "proposed" and outward in trips and trips[outward]["status"] == "open":
            found.append(f"{trip['id']} is proposed, its way out {outward} is open")
    eithers = Counter((t["partner"], t["either"]) for t in trips.values() if t["either"] and t["status"] in HELD)
    return found + [f"{either} both drives and rides" for either, times in eithers.items() if times > 1]


async def _indexes(store: Store, tag: str, trips: dict[str, Any], matches: dict[str, Any]) -> list[str]:
    redis = store.redis
    found = []
    open_ids = await redis.smembers(keys.OPEN(tag))
    if open_ids != {trip["id"] for trip in trips.values() if trip["status"] == "open"}:
        found.append("the set of open trips is not that of the trips that are open")
    due = {id_ for id_, _ in await redis.zrange(keys.DUE(tag), 0, -1, withscores=True)}
    wanted = open_ids | {match["id"] for match in matches.values() if match["status"] == "proposed"}
    if due != wanted:
        found.append("what is due is not what is open or proposed")
    for trip in trips.values():
        shown = "open" if trip["status"] == "moving" else trip["status"]
        index = keys.TRIPS_BY_STATUS(tag, trip["partner"], trip["kind"], shown)
        if await redis.zscore(index, trip["id"]) is None:
            found.append(f"{trip['id']} is not listed as {trip['status']}")
    return found


async def _hashes(store: Store, pattern: str) -> list[dict[str, str]]:
    return [await store.redis.hgetall(key) async for key in store.redis.scan_iter(pattern, count=1000)]
