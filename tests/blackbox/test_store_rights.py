"""The service as a user of its store that may do no more than `carpool acl` grants, and over TLS."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from service.store.embedded import EmbeddedStore
from tests.factories import offer_body, request_body, tomorrow
from tests.service.delivery.authority import make_tls
from tests.serving import COMMAND, ROOT, Service, environ, serving
from tests.waiting import until

KEY = "A" * 43 + "="


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[tuple[EmbeddedStore, dict[str, str]]]:
    """A server that knows the users of `carpool acl` alone, and their passwords."""
    printed = subprocess.run(
        [*COMMAND, "acl", "--json"], cwd=ROOT, env=environ(), capture_output=True, text=True, check=True
    )
    made = json.loads(printed.stdout)
    rules = tmp_path / "users.acl"
    rules.write_text("\n".join([*made["rules"], "user default on nopass ~* +@all", ""]))
    with EmbeddedStore(tmp_path / "store", settings={"aclfile": str(rules)}) as server:
        yield server, made["passwords"]


def url_of(server: EmbeddedStore, user: str, passwords: dict[str, str]) -> str:
    return server.url.replace("unix://", f"unix://{user}:{passwords[user]}@")


def live_a_day(service: Service) -> httpx.Client:
    """Use what the service does: trips, a batch, answers, events, lists, commands."""
    partner, operator = service.partner()
    assert partner.post("/v1/webhook-endpoints", json={"url": "http://127.0.0.1:9/x"}).status_code == 201
    for path, body in (
        ("/v1/offers", offer_body()),
        ("/v1/requests", request_body()),
        ("/v1/requests", request_body()),
    ):
        partner.post(path, json=tomorrow(body), headers={"Idempotency-Key": path}).raise_for_status()
    (match,) = until(lambda: partner.get("/v1/matches").json()["items"], "a match")
    for trip in match["awaiting"]:
        partner.post(f"/v1/matches/{match['id']}/accept", json={"trip_id": trip}).raise_for_status()
    until(lambda: any(e["type"] == "match.confirmed" for e in partner.get("/v1/events").json()["items"]), "its event")
    batch = operator.get("/v1/batches").json()["items"][0]
    assert operator.get(f"/v1/batches/{batch['id']}/certificate").status_code == 200
    assert operator.get("/v1/batches?limit=1").status_code == 200
    assert service.command("doctor")["wrong"] == 0
    key = service.command("keys", "create", service.command("partners", "list")[0]["id"])
    service.command("keys", "revoke", key["id"])
    return partner


def test_the_service_does_all_it_does_with_the_least_rights(
    guarded: tuple[EmbeddedStore, dict[str, str]], tmp_path: Path
) -> None:
    server, passwords = guarded
    url = url_of(server, "carpool", passwords)
    with serving(tmp_path / "data", redis_url=url, secret_key=KEY, batch_interval_s=0.3) as service:
        live_a_day(service)
    with redis.Redis.from_url(server.url, decode_responses=True) as admin:
        assert admin.acl_log() == []

    saved = tmp_path / "saved.backup"
    backup = [*COMMAND, "backup", str(saved), "--redis-url", url_of(server, "carpool-backup", passwords)]
    subprocess.run(backup, cwd=ROOT, env=environ(), check=True, capture_output=True)
    restore = [*COMMAND, "restore", str(saved), "--replace", "--owed", "drop", "--redis-url", url, "--json"]
    with redis.Redis.from_url(server.url) as admin:
        admin.delete("{m:main}:tick")  # as a minute after the service has ended
    done = subprocess.run(restore, cwd=ROOT, env=environ(secret_key=KEY), check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with redis.Redis.from_url(server.url, decode_responses=True) as admin:
        assert admin.acl_log() == []


@pytest.mark.parametrize("words", [
    ("FLUSHALL",), ("KEYS", "*"), ("CONFIG", "SET", "appendonly", "no"), ("EVAL", "return 1", 0), ("ACL", "LIST"),
    ("SHUTDOWN",), ("GET", "another:application"), ("SUBSCRIBE", "x"), ("MONITOR",), ("SYNC",),
], ids=lambda words: words[0])  # fmt: skip
def test_the_service_may_do_nothing_else(guarded: tuple[EmbeddedStore, dict[str, str]], words: tuple[Any, ...]) -> None:
    server, passwords = guarded
    with (
        redis.Redis.from_url(url_of(server, "carpool", passwords)) as service,
        pytest.raises(redis.exceptions.NoPermissionError),
    ):
        service.execute_command(*words)


@contextmanager
def behind_tls(server: EmbeddedStore, folder: Path) -> Iterator[int]:
    """Let TLS in on a port and pass it on to a server in plain text."""
    context, _ = make_tls(folder, "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()

        def accept() -> None:
            while not over.is_set():
                with suppress(OSError):
                    plain, _ = listener.accept()
                    threading.Thread(target=serve, args=(plain,), daemon=True).start()

        def serve(plain: socket.socket) -> None:
            with (
                suppress(OSError), context.wrap_socket(plain, server_side=True) as front,
                socket.socket(socket.AF_UNIX) as back,
            ):  # fmt: skip
                back.connect(str(server.socket))
                threading.Thread(target=pump, args=(front, back), daemon=True).start()
                pump(back, front)

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        yield listener.getsockname()[1]
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
    accepting.join(10)


def pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(1 << 16):
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def test_over_tls_the_servers_certificate_is_checked(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path / "store") as server, behind_tls(server, tmp_path) as port:
        authority = tmp_path / "ca.pem"
        shutil.copy(tmp_path / "server.pem", authority)
        url = f"rediss://127.0.0.1:{port}?ssl_ca_certs={authority}"
        with serving(tmp_path / "data", redis_url=url, secret_key=KEY, batch_interval_s=0.3) as service:
            live_a_day(service)
        for refused in (f"rediss://127.0.0.1:{port}", f"rediss://localhost:{port}?ssl_ca_certs={authority}"):
            settings = environ(redis_url=refused, secret_key=KEY)
            done = subprocess.run(
                [*COMMAND, "check"], cwd=ROOT, env=settings, capture_output=True, text=True, check=False, timeout=60
            )
            assert done.returncode == 1
            assert "certificate" in done.stderr.lower()
