"""The samples of receivers: each takes what is signed, once, and refuses all that is not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from service.delivery.sign import signed_headers
from service.secrets import new_signing_key, new_webhook_secret

SAMPLES = Path(__file__).parents[2] / "openapi" / "samples"
COMMANDS = {"receiver.py": sys.executable, "receiver.mjs": shutil.which("node")}
BODY = (
    '{"id":"evt_1","type":"match.proposed","timestamp":"2026-11-24T06:00:00Z","seq":3,"data":{"id":"mat_Zoë"}}'.encode()
)


class Running:
    """A sample that runs; `lines` is what it prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.lines = process.stdout
        self.url = self.lines.readline().split()[-1]

    def status(self, headers: dict[str, str], body: bytes = BODY) -> int:
        return httpx.post(self.url, content=body, headers=headers, timeout=60).status_code


@contextmanager
def running(sample: str, secret: str) -> Iterator[Running]:
    command = COMMANDS[sample]
    if command is None:
        pytest.skip("there is no Node here")
    with subprocess.Popen([command, SAMPLES / sample, secret, "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


def signed(*secrets: str, at: datetime | None = None, id_: str = "evt_1", body: bytes = BODY) -> dict[str, str]:
    return signed_headers(id_, at or datetime.now(UTC), body, secrets)


@pytest.mark.parametrize("sample", COMMANDS)
def test_a_receiver_takes_what_is_signed_once_and_nothing_else(sample: str) -> None:
    secret, other = new_webhook_secret(), new_webhook_secret()
    with running(sample, secret) as receiver:
        long_ago, ahead = (datetime.now(UTC) + timedelta(minutes=minutes) for minutes in (-10, 10))
        tampered = {
            "another secret": signed(other),
            "another id": {**signed(secret), "webhook-id": "evt_2"},
            "another time": {**signed(secret), "webhook-timestamp": signed(secret, at=ahead)["webhook-timestamp"]},
            "too old": signed(secret, at=long_ago),
            "from the future": signed(secret, at=ahead),
            "another version": {
                **signed(secret), "webhook-signature": signed(secret)["webhook-signature"].replace("v1,", "v2,"),
            },
            "cut short": {**signed(secret), "webhook-signature": signed(secret)["webhook-signature"][:-8]},
            "no signature": {**signed(secret), "webhook-signature": ""},
            "no time": {**signed(secret), "webhook-timestamp": "now"},
            "a key pair alone": signed(new_signing_key()[0]),
        }  # fmt: skip
        assert {fault: receiver.status(headers) for fault, headers in tampered.items()} == dict.fromkeys(tampered, 400)
        assert receiver.status(signed(secret), BODY.replace(b"Zo", b"zo")) == 400

        assert receiver.status(signed(secret)) == 204
        assert receiver.status(signed(other, secret, new_signing_key()[0])) == 204  # while a secret rotates
        other_event = BODY.replace(b"evt_1", b"evt_2").replace(b":3", b":4")
        assert receiver.status(signed(secret, id_="evt_2", body=other_event), other_event) == 204
        worked = [receiver.lines.readline() for _ in range(2)]  # of three that were taken
        assert worked == [f"verified match.proposed mat_Zoë seq {n}\n" for n in (3, 4)]
