"""``carpool listen`` and ``carpool trigger``: webhooks on a laptop that nobody can reach from outside."""

from __future__ import annotations

from typing import Annotated, Any

import httpx
import orjson
import typer

from service.cli.options import Json
from service.cli.output import say, show
from service.cli.remote import Key, Url, answered, client_of, follow
from service.clock import SystemClock, monotonic_s
from service.errors import SettingError
from service.secrets import is_webhook_secret, new_webhook_secret

_TIMEOUT_S = 15.0  # as long as a deliverer waits
_CLOCK = SystemClock()


def listen(
    forward_to: Annotated[str | None, typer.Option(help="Where to post each event, signed as a webhook is.")] = None,
    secret: Annotated[
        str | None, typer.Option(help="Sign with this endpoint's secret, whsec_…; without, one is made and shown.")
    ] = None,
    types: Annotated[list[str] | None, typer.Option("--type", help="Only this type; may be repeated.")] = None,
    after: Annotated[str | None, typer.Option(help="Begin after this event, evt_…, instead of now.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="See first that the receiver refuses what is signed with another secret.")
    ] = False,
    url: Url = None, key: Key = None, json_: Json = False,
) -> None:  # fmt: skip
    """Print a partner's events as they come, and forward each as a signed webhook; Ctrl-C ends it.

    A failure of the receiver is shown and not tried again: `--after` begins again where you want.
    """
    if secret is not None and not is_webhook_secret(secret):
        raise SettingError("--secret has to be an endpoint's, whsec_ and base64")
    signing = secret or new_webhook_secret()
    with client_of(url, key) as service, httpx.Client(timeout=_TIMEOUT_S) as receiver:
        if forward_to is not None:
            say(f"forwarding to {forward_to}" + ("" if secret else f", signed with {signing}"))
            if check:
                _check(receiver, forward_to)
        try:
            for id_, body in follow(service, types=types or [], after=after, say=say):
                outcome = _forward(receiver, forward_to, id_, body, signing) if forward_to is not None else ""
                show(orjson.loads(body), as_json=json_, text=_told(body) + outcome)
                if json_ and outcome:
                    say(outcome)
        except KeyboardInterrupt:
            say("ended")


def trigger(
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="match.proposed, trip.cancelled …")],
    url: Url = None, key: Key = None, json_: Json = False,
) -> None:  # fmt: skip
    """Send a sample event to a sandbox's endpoints and streams, by a test key. What it is about does not exist."""
    with client_of(url, key) as service:
        event = answered(service.post("/v1/sandbox/events", json={"type": type_}))
    show(event, as_json=json_, text=f"sent {event['id']}  {event['type']}  {event['data']['id']}")


def _forward(receiver: httpx.Client, where: str, id_: str, body: bytes, secret: str) -> str:
    """Post an event as a deliverer does, once; returns what came of it."""
    from service.delivery.sign import signed_headers

    headers = {"content-type": "application/json", **signed_headers(id_, _CLOCK.now(), body, [secret])}
    began_s = monotonic_s()
    try:
        status = str(receiver.post(where, content=body, headers=headers).status_code)
    except httpx.HTTPError as error:
        status = type(error).__name__
    except httpx.InvalidURL:
        raise SettingError("--forward-to has to be a URL") from None
    return f"  -> {status} in {round(1000 * (monotonic_s() - began_s))} ms"


def _check(receiver: httpx.Client, where: str) -> None:
    """Warn where a receiver takes what is not signed with its secret."""
    id_ = "evt_" + "0" * 26
    body = orjson.dumps({"id": id_, "type": "ping", "timestamp": _CLOCK.now(), "seq": 1, "data": {"id": "forged"}})
    outcome = _forward(receiver, where, id_, body, new_webhook_secret())
    taken = outcome.startswith("  -> 2")
    say("warning: it took an event that was signed with another secret" if taken else "it refuses forged events")


def _told(body: bytes) -> str:
    event: dict[str, Any] = orjson.loads(body)
    subject = event["data"].get("id", "") if isinstance(event["data"], dict) else ""
    return f"{event['timestamp']}  {event['type']:17}  {subject}  seq {event['seq']}  {event['id']}"
