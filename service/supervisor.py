"""Runs a whole service on one machine: the embedded store, the API, the matcher and the deliverer.

Each is a process of its own. One that dies is started again; a signal stops all in order: the API stops
taking, the matcher hands over, the deliverer finishes, the store closes its file.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from service.clock import monotonic_s
from service.errors import CarpoolError, StoreUnavailable
from service.processes import Ending, die_with_parent
from service.secrets import secret_keys
from service.settings import Settings, as_environ
from service.store.embedded import EmbeddedStore
from service.telemetry import LEVEL_SIGNALS, clean_metrics, mark_dead
from service.wiring import make_ready

# Together with the store's 8 s, all is over within 30 s.
_STOP_API_S, _STOP_OTHERS_S = 9.0, 12.0
_UNTAKEN_MS = 60_000  # what a client does not take for so long ends its connection, and frees what waits for it
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 10.0
SERVICE_FILE = "service.json"


def _begin() -> None:
    """Let a child end with its parent, and pass over signals that it does not know yet."""
    die_with_parent()
    for number in LEVEL_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@dataclass(slots=True)
class _Child:
    """One role's process, started again when it dies."""

    role: str
    command: list[str]
    environ: dict[str, str]
    descriptors: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    pause_s: float = _FIRST_PAUSE_S
    started_s: float = 0.0
    again_s: float = field(default=0.0)

    def start(self) -> None:
        self.started_s = monotonic_s()
        self.process = subprocess.Popen(  # noqa: S603 - this program, our own arguments
            self.command, env=self.environ, stdin=subprocess.PIPE, start_new_session=True,
            pass_fds=self.descriptors, preexec_fn=_begin,  # noqa: PLW1509 - no other thread runs here
        )  # fmt: skip

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tend(self, say: Callable[[str], None]) -> None:
        """Start the process again when it died, later each time it dies young."""
        now_s = monotonic_s()
        if self.running or self.process is None:
            return
        if self.again_s == 0.0:
            young = now_s - self.started_s < 30
            self.pause_s = min(self.pause_s * 2, _LONGEST_PAUSE_S) if young else _FIRST_PAUSE_S
            self.again_s = now_s + self.pause_s
            mark_dead(self.role, Path(self.environ["CARPOOL_METRICS_DIR"]))
            say(f"{self.role} ended with {self.process.returncode}; starting it again in {self.pause_s:.1f} s")
        elif now_s >= self.again_s:
            self.again_s = 0.0
            self.start()

    def signal(self, number: int) -> None:
        if self.running and self.process is not None:
            self.process.send_signal(number)

    def wait(self, deadline_s: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline_s - monotonic_s()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()


class Supervisor:
    """Starts a service and tends it until a signal. Raises StoreUnavailable, CannotListen."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._say = say
        self._end = Ending()
        self._children: list[_Child] = []
        self._store: EmbeddedStore | None = None

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        for number in LEVEL_SIGNALS:
            signal.signal(number, self._pass_on)
        with ExitStack() as owned:
            data_dir = self._settings.data_dir.resolve()
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            url = self._settings.redis_url
            if url is None:
                self._store = owned.enter_context(EmbeddedStore(data_dir, self._end.is_said))
                url = self._store.url
            self._make_store_ready(url)
            listener = owned.enter_context(listen(self._settings.host, self._settings.port))
            host, port = listener.getsockname()[:2]
            address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            self._make_children(url, data_dir, listener)
            note = data_dir / SERVICE_FILE
            owned.callback(note.unlink, missing_ok=True)
            note.touch(mode=0o600)  # the store's address may carry a password
            note.write_text(json.dumps({"pid": os.getpid(), "redis_url": url, "url": address}))
            for child in self._children:
                child.start()
            owned.callback(self._stop_children)
            self._say(f"Carpool serves at {address}, its page at {address}/docs, its data in {data_dir}")
            self._tend_until_stopped()
            self._say("stopping: the API, the matcher, the deliverer, the store")

    def _make_store_ready(self, url: str) -> None:
        # One that is away is waited for by those who need it; one that can not be used is told at once.
        with suppress(StoreUnavailable):
            asyncio.run(self._ready_unless_stopped(self._settings.model_copy(update={"redis_url": url})))

    async def _ready_unless_stopped(self, settings: Settings) -> None:
        making = asyncio.create_task(make_ready(settings))
        while not (await asyncio.wait({making}, timeout=0.2))[0]:
            if self._end.is_said():
                making.cancel()
        with suppress(asyncio.CancelledError):
            making.result()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._end.say()

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        for child in self._children:
            child.signal(number)

    def _tend_until_stopped(self) -> None:
        while not self._end.wait(0.2):
            if self._store is not None and not self._store.alive:
                self._say("the embedded store ended; starting it again")
                try:
                    self._store.restart()
                except StoreUnavailable as error:
                    self._say(str(error))
                    self._end.wait(2.0)
                    continue
            for child in self._children:
                child.tend(self._say)

    def _make_children(self, redis_url: str, data_dir: Path, listener: socket.socket) -> None:
        metrics = self._settings.metrics_dir or data_dir / "metrics"
        metrics.mkdir(exist_ok=True, parents=True)
        clean_metrics(metrics)
        settings = self._settings.model_copy(
            update={
                "redis_url": redis_url, "metrics_dir": metrics, "metrics_port": 0, "data_dir": data_dir,
                "secret_key": secret_keys(self._settings, embedded=self._store is not None),
            }
        )  # fmt: skip
        environ = {k: v for k, v in os.environ.items() if not k.startswith("CARPOOL_")} | as_environ(settings)
        fd = listener.fileno()
        apis = [f"api-{n}" for n in range(1, settings.api_workers + 1)] if settings.api_workers > 1 else ["api"]
        self._children = [
            *(_Child(name, [*_command("api", name), "--fd", str(fd)], environ, (fd,)) for name in apis),
            *(_Child(role, _command(role, role), environ) for role in ("matcher", "deliverer")),
        ]

    def _stop_children(self) -> None:
        takers = [child for child in self._children if child.role.startswith("api")]
        others = [child for child in self._children if child not in takers]
        for group, seconds in ((takers, _STOP_API_S), (others, _STOP_OTHERS_S)):
            deadline_s = monotonic_s() + seconds
            for child in group:
                child.signal(signal.SIGTERM)
            for child in group:
                child.wait(deadline_s)


def _command(role: str, name: str) -> list[str]:
    return [sys.executable, "-m", "service", role, "--supervised", name]


class CannotListen(CarpoolError):
    """The address or port can not be had."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket that children inherit. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # those accepted inherit it; elsewhere the kernel's own, minutes long
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNTAKEN_MS)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise OSError(
            error.errno, f"can not listen on {host} port {port}: {error.strerror}; name another --port"
        ) from None
    listener.set_inheritable(True)
    return listener
