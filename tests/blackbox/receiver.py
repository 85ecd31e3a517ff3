"""A partner's server: takes webhooks and verifies them with the standard's own library."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from standardwebhooks import Webhook, WebhookVerificationError


class Receiver:
    """Keeps each verified event by its id, and counts how often each came."""

    def __init__(self) -> None:
        self.secret = ""
        self.events: dict[str, dict[str, Any]] = {}
        self.times: Counter[str] = Counter()
        self.refused = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(receiver.take(dict(self.headers), body))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Verify one delivery and keep it."""
        lower = {name.lower(): value for name, value in headers.items()}
        try:
            Webhook(self.secret).verify(body, lower)
        except WebhookVerificationError:
            self.refused += 1
            return 400
        event = json.loads(body)
        assert event["id"] == lower["webhook-id"]
        self.times[event["id"]] += 1
        self.events[event["id"]] = event
        return 204

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a type, each once."""
        return [event for event in list(self.events.values()) if event["type"] == kind]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Receive for the length of a block."""
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join()


def register(partner: httpx.Client, receiver: Receiver) -> None:
    """Make an endpoint of a receiver, which then knows its secret."""
    made = partner.post("/v1/webhook-endpoints", json={"url": receiver.url})
    assert made.status_code == 201, made.text
    receiver.secret = made.json()["secret"]
