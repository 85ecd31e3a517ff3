"""A service over HTTP, as its partners call it: where it is, with which key, and its live stream."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import httpx
import typer

from service.cli.options import settings_of
from service.errors import CarpoolError, SettingError
from service.settings import API_KEY
from service.supervisor import SERVICE_FILE

Url = Annotated[
    str | None, typer.Option("--url", help="The service (the one of CARPOOL_DATA_DIR, else port 8000 here).")
]
Key = Annotated[str | None, typer.Option("--key", envvar=API_KEY, help="API key of a partner.")]
_SILENT_S = 40.0  # a stream that lives says so every 15 s
_PAUSE_S = 2.0
_FOR_GOOD = (400, 401, 403, 404, 410, 422)


class Refused(CarpoolError):
    """The service does not do what was asked; it says why."""


def client_of(url: str | None, key: str | None) -> httpx.Client:
    """Return a client of a service with a partner's key. Raises SettingError."""
    if key is None:
        raise SettingError(f"an API key is needed: --key, or {API_KEY} in the environment")
    where = url or _running_here() or "http://127.0.0.1:8000"
    return httpx.Client(base_url=where, headers={"Authorization": f"Bearer {key}"}, timeout=_SILENT_S)


def answered(answer: httpx.Response) -> Any:
    """Return what a call was answered. Raises Refused."""
    if answer.is_success:
        return answer.json()
    raise Refused(_why(answer))


def follow(
    client: httpx.Client, *, types: list[str], after: str | None, say: Callable[[str], None]
) -> Iterator[tuple[str, bytes]]:
    """Yield the id and the bytes of each event from now on, or after one, for ever. Raises Refused."""
    place = after
    while True:
        try:
            headers = {"Last-Event-ID": place} if place is not None else {}
            with client.stream("GET", "/v1/events/stream", params={"types": types}, headers=headers) as answer:
                if answer.status_code in _FOR_GOOD:
                    answer.read()
                    raise Refused(_why(answer))
                for id_, event, data in _messages(answer) if answer.is_success else ():
                    place = id_ or place
                    if event == "problem":
                        say(json.loads(data)["detail"])
                    elif data and id_:
                        yield id_, data
        except httpx.TransportError as error:
            say(f"the stream broke off ({type(error).__name__}); opening it again")
        time.sleep(_PAUSE_S)


def _messages(answer: httpx.Response) -> Iterator[tuple[str, str, bytes]]:
    """Yield the id, the event's name and the data of each message of a stream."""
    fields: dict[str, str] = {}
    for line in answer.iter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        else:
            yield fields.get("id", ""), fields.get("event", "message"), fields.get("data", "").encode()
            fields = {}


def _why(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return f"{problem['title']}: {problem['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"{answer.url} answered {answer.status_code}, no problem of a Carpool service"


def _running_here() -> str | None:
    try:
        return str(json.loads((settings_of().data_dir / SERVICE_FILE).read_text())["url"])
    except (OSError, ValueError, KeyError):
        return None
