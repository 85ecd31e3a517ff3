"""``carpool import``: a file of trips to a service, and what became of its lines."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import httpx
import typer

from service.cli.documents import Refused
from service.cli.options import Json
from service.cli.output import say, show
from service.cli.remote import Key, Url, answered, client_of

_CHUNK = 1 << 16
_LOOK_S = 1.0
_TRIES = 5
_SHOWN = 10


def import_(
    file: Annotated[Path, typer.Argument(help="A trip a line, as JSON, with its kind: offer or request.")],
    errors: Annotated[Path | None, typer.Option(help="Where to write what was wrong, a line of JSON each.")] = None,
    url: Url = None, key: Key = None, json_: Json = False,
) -> None:  # fmt: skip
    """Post many trips from a file and wait until it is done; exit 0: all lines were taken, 1: some were not."""
    with client_of(url, key) as service:
        taken = _sent(service, file)
        say(f"{taken['id']}: {taken['lines']} lines sent")
        done = _followed(service, taken)
        faults = service.get(f"/v1/imports/{done['id']}/errors").raise_for_status().text
    if errors is not None:
        errors.write_text(faults, encoding="utf-8")
    else:
        _tell(faults.splitlines())
    show(done, as_json=json_, text=(
        f"{done['status']}: {done['posted']} posted, {done['known']} known already, {done['refused']} refused"
        + (f" ({done['detail']})" if done["detail"] else "")
    ))  # fmt: skip
    if done["status"] != "completed" or done["refused"]:
        raise typer.Exit(1)


def _sent(service: httpx.Client, path: Path) -> dict[str, Any]:
    """Send a file, again where the connection breaks; it is taken once."""
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": secrets.token_hex(16)}
    for _ in range(_TRIES - 1):
        try:
            return _send(service, path, headers)
        except httpx.TransportError as error:
            say(f"sending broke off ({type(error).__name__}); trying again")
            time.sleep(_LOOK_S)
    return _send(service, path, headers)


def _send(service: httpx.Client, path: Path, headers: dict[str, str]) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            taken: dict[str, Any] = answered(service.post("/v1/imports", content=_chunks(file), headers=headers))
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None
    return taken


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.read(_CHUNK), b"")


def _followed(service: httpx.Client, taken: dict[str, Any]) -> dict[str, Any]:
    """Tell how far an import is until it is finished; returns what it came to."""
    told = 0
    while True:
        found: dict[str, Any] = answered(service.get(f"/v1/imports/{taken['id']}"))
        if found["read"] > told:
            told = found["read"]
            say(f"{told} of {found['lines']} lines: {found['posted']} posted, {found['refused']} refused")
        if found["finished_at"] is not None:
            return found
        time.sleep(_LOOK_S)


def _tell(faults: list[str]) -> None:
    for fault in faults[:_SHOWN]:
        say(fault)
    if len(faults) > _SHOWN:
        say(f"and {len(faults) - _SHOWN} more: --errors FILE keeps them all")
