"""A live stream of events, as an app holds it open: it resumes where it was cut, and tells who waits."""

from __future__ import annotations

import http.client
import json
import time
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import gevent
from gevent.event import AsyncResult

from loadtests.load.caller import RECORDER, ApiUser
from loadtests.load.given import GIVEN

DELAY = "event by stream"
_PATH = "/v1/events/stream"
_SILENT_S = 40.0  # the service sends a comment every 15 s
_PAUSE_S = 1.0


class Stream:
    """Follows a user's log in a greenlet of its own until it is closed."""

    def __init__(self, user: ApiUser) -> None:
        self._user = user
        self._last: str | None = None
        self._proposed: dict[str, AsyncResult] = {}
        self._connection: http.client.HTTPConnection | None = None
        self._follows = gevent.spawn(self._follow)

    def proposal_for(self, request_id: str, within_s: float) -> dict[str, Any] | None:
        """Return the match that is proposed to a rider, None where none is told of in time."""
        told = self._proposed.setdefault(request_id, AsyncResult())
        try:
            return told.get(timeout=within_s)
        except gevent.Timeout:
            return None
        finally:
            del self._proposed[request_id]

    def close(self) -> None:
        """End it."""
        self._follows.kill(block=False)

    def _follow(self) -> None:
        while True:
            try:
                self._read(self._opened())
            except (OSError, http.client.HTTPException):
                pass  # cut off: it goes on from its place
            finally:
                if self._connection is not None:
                    self._connection.close()
            gevent.sleep(_PAUSE_S)

    def _opened(self) -> http.client.HTTPResponse:
        address = urlsplit(self._user.host or "")
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(address.hostname or "", address.port, timeout=_SILENT_S)
        headers = {"Authorization": f"Bearer {self._user.key}"}
        began = time.perf_counter()
        self._connection.request("GET", _PATH, headers=headers | ({"Last-Event-ID": self._last} if self._last else {}))
        answer = self._connection.getresponse()
        took_ms = 1000 * (time.perf_counter() - began)
        wrong = None if answer.status in (200, 429, 503) else http.client.HTTPException(f"{answer.status}")
        self._note("GET", f"GET {_PATH}", took_ms, wrong, answer.status)
        if answer.status != 200:
            raise http.client.HTTPException(f"{answer.status}")
        return answer

    def _read(self, answer: http.client.HTTPResponse) -> None:
        id_ = data = ""
        while line := answer.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name == "id":
                id_ = value
            elif name == "data":
                data = value
            elif not name:
                self._last = id_ or self._last
                if data:
                    self._take(json.loads(data))
                id_ = data = ""

    def _take(self, event: dict[str, Any]) -> None:
        if "timestamp" not in event:
            return  # a problem: what comes next tells
        RECORDER.event(self._user.partner, event, whole=False)
        if GIVEN.pace.times == 1:  # what a sandbox's clock says is true to the second, in which hours have passed
            told_s = datetime.fromisoformat(event["timestamp"]).timestamp()
            self._note("EVENT", DELAY, 1000 * (time.time() - told_s), None, 200)
        if event["type"] == "match.proposed":
            match = event["data"]
            for rider in match["riders"]:
                if rider["request_id"] in self._proposed:
                    self._proposed[rider["request_id"]].set(match)

    def _note(self, kind: str, name: str, took_ms: float, wrong: Exception | None, status: int) -> None:
        self._user.environment.events.request.fire(
            request_type=kind, name=name, response_time=took_ms, response_length=0, exception=wrong, context={},
            response=None, status=status,
        )  # fmt: skip
