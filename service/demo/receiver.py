"""The demo's own webhook receiver: a small HTTP server on loopback that believes nothing it can not verify."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self

import uvicorn
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

from service.clock import Clock, SystemClock
from service.demo.signature import SignatureError, verify

_LONGEST_BODY = 1 << 20
_NO_SECRET_YET, _TOO_LONG, _NOT_SIGNED, _NO_EVENT, _TAKEN = 503, 413, 401, 400, 204


@dataclass(slots=True)
class Received:
    """What has arrived so far. `ids` holds each verified event once, however often it was delivered."""

    deliveries: int = 0
    verified: int = 0
    duplicates: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    by_type: Counter[str] = field(default_factory=Counter)
    ids: set[str] = field(default_factory=set)
    latest: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The newest event of each match or trip, by its `seq`."""


class Receiver:
    """Serves in a thread of its own while its context is open; every method may be called from any thread."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._secret: str | None = None
        self._received = Received()
        self._changed = threading.Condition()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        # uvicorn takes signals only in the main thread, so Ctrl-C stays with whoever opened this context.
        config = uvicorn.Config(
            self._serve, interface="asgi3", lifespan="off", ws="none", proxy_headers=False, log_config=None,
            access_log=False, timeout_graceful_shutdown=2,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="receiver", daemon=True
        )

    @property
    def url(self) -> str:
        """Where deliveries go."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/webhooks"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def trust(self, secret: str) -> None:
        """Take deliveries signed with this endpoint secret; until then the sender is asked to try again."""
        self._secret = secret

    def wait_for(self, holds: Callable[[Received], bool], timeout_s: float) -> bool:
        """Wait until `holds` of what has arrived; return whether it came to hold in time."""
        with self._changed:
            return self._changed.wait_for(lambda: holds(self._received), timeout_s)

    def snapshot(self) -> Received:
        """Return a copy of what has arrived."""
        with self._changed:
            seen = self._received
            return replace(
                seen, rejected=seen.rejected.copy(), by_type=seen.by_type.copy(), ids=seen.ids.copy(),
                latest=seen.latest.copy(),
            )  # fmt: skip

    async def _serve(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "http":
            return
        body = await _read(receive)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        status, reason = self._take(headers, body)
        content = reason.encode()
        fields = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": fields if reason else []})
        await send({"type": "http.response.body", "body": content, "more_body": False})

    def _take(self, headers: dict[str, str], body: bytes | None) -> tuple[int, str]:
        if self._secret is None:
            return _NO_SECRET_YET, "not ready: the endpoint's secret is not known yet"
        if body is None:
            return self._reject(_TOO_LONG, "the body is longer than a mebibyte")
        try:
            id_ = verify(self._secret, headers, body, self._clock.now().timestamp())
        except SignatureError as refused:
            return self._reject(_NOT_SIGNED, str(refused))
        event = _event(body)
        if event is None or event["id"] != id_:
            return self._reject(_NO_EVENT, "the body is not the event that webhook-id names")
        self._keep(event)
        return _TAKEN, ""

    def _reject(self, status: int, reason: str) -> tuple[int, str]:
        with self._changed:
            self._received.deliveries += 1
            self._received.rejected[reason] += 1
            self._changed.notify_all()
        return status, reason

    def _keep(self, event: dict[str, Any]) -> None:
        with self._changed:
            seen = self._received
            seen.deliveries += 1
            seen.verified += 1
            if event["id"] in seen.ids:
                seen.duplicates += 1
            else:
                seen.ids.add(event["id"])
                seen.by_type[event["type"]] += 1
                _keep_latest(seen.latest, event)
            self._changed.notify_all()


def _event(body: bytes) -> dict[str, Any] | None:
    """Return the event that a body holds, or None if it holds none."""
    try:
        event = json.loads(body)
    except ValueError:
        return None
    fields = {"id": str, "type": str, "timestamp": str, "data": dict}
    is_event = isinstance(event, dict) and all(isinstance(event.get(name), kind) for name, kind in fields.items())
    return event if is_event else None


def _keep_latest(latest: dict[str, dict[str, Any]], event: dict[str, Any]) -> None:
    about = event["data"].get("id")
    if about is not None and event.get("seq", 0) > latest.get(about, {}).get("seq", -1):
        latest[about] = event


async def _read(receive: ASGIReceiveCallable) -> bytes | None:
    """Return the body, or None as soon as it is too long."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message["body"]
        if len(body) > _LONGEST_BODY:
            return None
        if not message.get("more_body", False):
            return bytes(body)
