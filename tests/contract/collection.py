"""Sends the calls of a collection as Postman does: variables, path variables, inherited keys, ids kept from answers.

Of scripts it knows the two forms that the collection has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

_KEEPS = re.compile(r'pm\.collectionVariables\.set\("(\w+)", (pm\.response\.json\(\)|first)\.id\);')


class Collection:
    """A collection with its variables; `given` are set by whoever imports it."""

    def __init__(self, path: Path, client: httpx.Client, **given: str) -> None:
        read = json.loads(path.read_text())
        self._client = client
        self._auth = read["auth"]
        self.variables = {one["key"]: one["value"] for one in read["variable"]}
        assert given.keys() <= self.variables.keys()
        self.variables |= given | {"day": (datetime.now(UTC) + timedelta(days=1)).date().isoformat()}
        self.calls = {call["name"]: call for folder in read["item"] for call in folder["item"]}

    def send(self, name: str, **changed: str) -> httpx.Response:
        """Send a call, with some variables changed for it alone. Of a stream nothing is read."""
        call, variables = self.calls[name], self.variables | changed
        request = self._client.build_request(**_as_sent(call["request"], self._auth, variables))
        answer = self._client.send(request, stream=True)
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
            self._keep(call, answer)
        answer.close()
        return answer

    def path_of(self, name: str) -> tuple[str, str]:
        """Return a call's method, and its path as the OpenAPI document writes it."""
        request = self.calls[name]["request"]
        parts = (re.sub(r"^:(\w+)$", r"{\1}", part) for part in request["url"]["path"])
        return request["method"].lower(), "/" + "/".join(parts)

    def _keep(self, call: dict[str, Any], answer: httpx.Response) -> None:
        for script in _scripts(call):
            found = _KEEPS.search(script)
            assert found is not None, script
            body = answer.json() if answer.is_success else {}
            told = body if found[2] != "first" else next(iter(body.get("items", ())), {})
            if "id" in told:
                self.variables[found[1]] = told["id"]


def _scripts(call: dict[str, Any]) -> Iterator[str]:
    for event in call.get("event", ()):
        yield from event["script"]["exec"]


def _as_sent(request: dict[str, Any], inherited: dict[str, Any], variables: dict[str, str]) -> dict[str, Any]:
    def fill(text: str) -> str:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return re.sub(r"\{\{(\$?\w+)\}\}", lambda m: now if m[1] == "$isoTimestamp" else variables[m[1]], text)

    of_path = {one["key"]: fill(one["value"]) for one in request["url"]["variable"]}
    path = [of_path[part[1:]] if part.startswith(":") else part for part in request["url"]["path"]]
    headers = {one["key"]: fill(one["value"]) for one in request["header"]}
    auth = request.get("auth", inherited)
    if auth["type"] == "bearer":
        headers["Authorization"] = "Bearer " + fill(auth["bearer"][0]["value"])
    return {
        "method": request["method"], "url": "/".join([*map(fill, request["url"]["host"]), *path]), "headers": headers,
        "params": {one["key"]: fill(one["value"]) for one in request["url"]["query"] if not one["disabled"]},
        "content": fill(request["body"]["raw"]) if "body" in request else None,
    }  # fmt: skip
