"""What schemathesis is told: which ids there are, and which rules of a body its schema can not say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.contract.fuzzing.seeds import Seeds
from tests.factories import offer_body, tomorrow

_ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "412", "429", "503"]
_REFUSED = ["400", "401", "403", "404", "405", "408", "409", "410", "412", "413", "415", "422", "429", "503"]
_IDS: dict[str, str] = {  # which ids an operation's path takes, by the names of seeds
    r"^/v1/offers/": "path.trip_id = open offers",
    r"^/v1/requests/": "path.trip_id = open requests",
    r"^/v1/series/": "path.series_id = series",
    r"^/v1/imports/": "path.import_id = import",
    r"^/v1/webhook-endpoints/": "path.endpoint_id = endpoint",
    r"^/v1/batches/": "path.batch_id = batch",
    r"^/v1/commuters/": "path.commuter_id = commuter, path.other_id = commuter",
    r"^/v1/matches/\{match_id\}$": "path.match_id = get",
    **{
        rf"^/v1/matches/.*/{step}$": f"path.match_id = {step}"
        for step in (
            "accept", "decline", "cancel", "start", "pickup", "dropoff", "complete", "delay", "position", "share",
        )
    },
    r"^/v1/matches/.*/share/": "path.match_id = unshare",
    r"^/v1/partners/": "path.partner_id = partner, path.key_id = key",
    r"^/v1/markets/": "path.name = market",
    r"^/v1/events": "query.after = event, query.cursor = event",
    r"/reports$": "body.match_id = get",
    r"/sandbox/clock$": "body.now = now",
    r"/redeliver$": "body.event_ids[*] = event",
}  # fmt: skip
_LIKELY = 0.7
_WHERE = ("origin.lat", "origin.lon", "destination.lat", "destination.lon", "earliest_departure", "latest_arrival")


def settings(seeds: Seeds, key: str, aside: str, examples: int, steps: int) -> str:
    """Return schemathesis.toml: called with a key; `aside`: the one for what would end the world that is fuzzed.

    `examples` of each operation, and of walks along links, which have so many `steps`.
    """
    return "\n".join(_lines(seeds, key, aside, examples, steps))


def _lines(seeds: Seeds, key: str, aside: str, examples: int, steps: int) -> Iterator[str]:
    yield f'headers = {{ Authorization = "Bearer {key}" }}'
    yield f"generation.max-examples = {examples}"
    yield "phases.stateful.inference.algorithms = []"  # the document says itself what leads where
    yield f"phases.stateful.max-steps = {steps}"  # each way in is tried twice before what it leads to
    # A store that is slow, as beside tests that kill and starve others, is answered for by 503 early: the contract.
    yield 'checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "503"]'
    yield f"checks.negative_data_rejection.expected-statuses = {_REFUSED}"
    yield f"checks.positive_data_acceptance.expected-statuses = {_ACCEPTED}"
    for name, values in (seeds.values | {"market": ["main"]}).items():
        yield f'dictionaries."{name}".values = {values}'
    body = _flat(tomorrow(offer_body()))
    for name in _WHERE:
        yield f'dictionaries."{name}".values = [{body[name]!r}]'
    hours = [f"{body['earliest_departure'][:11]}{hour:02}:00:00Z" for hour in range(24)]
    yield f'dictionaries."now".values = {hours}'
    for path, ids in _IDS.items():
        yield from ("[[operations]]", f"include-path-regex = '{path}'")
        yield from (_binding(*part.split(" = ")) for part in ids.split(", "))
    for path in (r"^/v1/(offers|requests)$", r"^/v1/(offers|requests)/\{trip_id\}$"):
        yield from ("[[operations]]", f"include-path-regex = '{path}'", "include-method = ['POST', 'PATCH']")
        yield from (_binding(f"body.{name}", name, 0.85) for name in _WHERE)
    yield from ("[[operations]]", 'include-path-regex = "^/v1/sandbox/(reset|clock)$"')
    yield f'headers = {{ Authorization = "Bearer {aside}" }}'
    yield from ("[[operations]]", 'include-operation-id = "post_import"', "phases.examples.enabled = false")
    yield from ("[[operations]]", 'include-operation-id = "stream_events"')
    yield from ("max-stream-events = 1", "request-timeout = 2", "generation.max-examples = 5")


def _binding(where: str, seed: str, probability: float = _LIKELY) -> str:
    return f'parameters."{where}" = {{ dictionary = "{seed}", probability = {probability} }}'


def _flat(body: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in body.items():
        flat |= _flat(value, f"{before}{name}.") if isinstance(value, dict) else {before + name: value}
    return flat
