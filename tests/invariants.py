"""What holds of the whole store at any moment: nobody is in two cars, no seat is oversold, both sides agree.

A car stops for those who ride in it and for nobody else, in the order of its times. Records of earlier versions
say nothing of who was picked up or has left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import orjson

from service.store import keys
from service.store.client import Store

HELD = {"proposed", "confirmed", "under_way"}


async def violations(store: Store, market: str = "main") -> list[str]:
    """Return a sentence for each thing in a market that contradicts another."""
    tag = keys.market_tag(market)
    trips = {trip["id"]: trip for trip in await _hashes(store, keys.TRIP(tag, "*")) if trip["status"] != "moved"}
    kept = await _hashes(store, keys.MATCH(tag, "*"))
    matches = {doc["id"]: doc for doc in (orjson.loads(match["doc"]) for match in kept)}
    astray = [f"{m['status']} match has a position" for m in kept if "position" in m and m["status"] != "under_way"]
    cars = [*matches.values(), *(_with_invited(match) for match in matches.values() if match.get("invitation"))]
    rides = [sentence for match in cars for sentence in (*_way(match), *_riders(trips, match), *_kept(match))]
    return [*_cars(trips, matches), *rides, *astray, *await _indexes(store, tag, trips, matches)]


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
        invited = (match.get("invitation") or {"riders": []})["riders"]
        held.update(party["trip_id"] for party in (*parties, *invited))
        of_status = [(party, match["status"]) for party in parties] + [(rider, "proposed") for rider in invited]
        for party, status in of_status:
            trip = trips[party["trip_id"]]
            if trip["status"] != status or trip["match"] != match["id"]:
                found.append(f"{match['id']} is {match['status']}, its {trip['id']} is {trip['status']}")
        if invited and match["status"] != "confirmed":
            found.append(f"{match['id']} is {match['status']} and invites riders")
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


def _way(match: dict[str, Any]) -> list[str]:
    found = []
    riders = {rider["trip_id"] for rider in match["riders"]}
    stops = sorted((stop["request_id"], stop["kind"]) for stop in match["stops"] if stop["request_id"])
    if stops != sorted((id_, kind) for id_ in riders for kind in ("dropoff", "pickup")):
        found.append(f"{match['id']} does not stop for each of its riders, and nobody else")
    times = [stop["at"] for stop in match["stops"]]
    if times != sorted(times):
        found.append(f"{match['id']} goes back in time")
    if set(match["cost_shares"]) != riders:
        found.append(f"{match['id']} shares its cost among others than its riders")
    return found


def _with_invited(match: dict[str, Any]) -> dict[str, Any]:
    new = match["invitation"]
    return {**match, **new, "riders": [*match["riders"], *new["riders"]]}


def _kept(match: dict[str, Any]) -> list[str]:
    """Say who would join an agreed car that would come more than five minutes too early or too late for others."""
    if match["status"] != "confirmed":
        return []
    found = []
    for rider in match["riders"]:
        stops = {stop["kind"]: stop["at"] for stop in match["stops"] if stop["request_id"] == rider["trip_id"]}
        if rider.get("promised_start_at"):
            early = datetime.fromisoformat(stops["pickup"]) - datetime.fromisoformat(rider["promised_start_at"])
            late = datetime.fromisoformat(stops["dropoff"]) - datetime.fromisoformat(rider["promised_end_at"])
            if max(-early, early, late) > timedelta(seconds=max(300, match["late_s"])):
                found.append(f"{match['id']} does not keep what it promised to {rider['trip_id']}")
    return found


def _riders(trips: dict[str, Any], match: dict[str, Any]) -> list[str]:
    found = []
    riders = {rider["trip_id"]: rider for rider in match["riders"]}
    for id_, rider in riders.items():
        if rider.get("dropped_off_at") and not rider.get("picked_up_at"):
            found.append(f"{match['id']} has dropped off {id_}, whom it has not picked up")
        if rider.get("picked_up_at") and match["status"] not in ("under_way", "completed", "cancelled"):
            found.append(f"{match['id']} is {match['status']} and has picked up {id_}")
        if match["status"] == "completed" and trips[id_]["status"] != "completed":
            found.append(f"{match['id']} is completed, its {id_} is {trips[id_]['status']}")
    for leaver in match.get("left", ()):
        trip = trips.get(leaver["trip_id"])  # None: it was over before the car, and has been dropped
        if trip and trip["match"] == match["id"]:
            found.append(f"{leaver['trip_id']} has left {match['id']} and is held by it")
        if match["status"] in HELD and leaver["trip_id"] in riders:
            found.append(f"{leaver['trip_id']} has left {match['id']} and still rides in it")
    return found


async def _indexes(store: Store, tag: str, trips: dict[str, Any], matches: dict[str, Any]) -> list[str]:
    redis = store.redis
    found = []
    open_ids = await redis.smembers(keys.OPEN(tag))
    if open_ids != {t["id"] for t in trips.values() if t["status"] == "open" and not t.get("decides_ms")}:
        found.append("the set of open trips is not that of the trips that are open")
    due = {id_ for id_, _ in await redis.zrange(keys.DUE(tag), 0, -1, withscores=True)}
    wanted = {trip["id"] for trip in trips.values() if trip["status"] == "open"}
    ends = ("proposed", "under_way")
    asks = (match["id"] for match in matches.values() if match["status"] in ends or match.get("invitation"))
    if due != wanted.union(asks):
        found.append("what is due is not what is open, proposed or under way")
    cars = {id_ for id_, _ in await redis.zrange(keys.CARS(tag), 0, -1, withscores=True)}
    if cars != {match["id"] for match in matches.values() if match["status"] == "confirmed"}:
        found.append("the cars that may take riders are not those that are confirmed")
    for trip in trips.values():
        shown = "open" if trip["status"] == "moving" else trip["status"]
        index = keys.TRIPS_BY_STATUS(tag, trip["partner"], trip["kind"], shown)
        if await redis.zscore(index, trip["id"]) is None:
            found.append(f"{trip['id']} is not listed as {trip['status']}")
    return found


async def _hashes(store: Store, pattern: str) -> list[dict[str, str]]:
    return [await store.redis.hgetall(key) async for key in store.redis.scan_iter(pattern, count=1000)]
