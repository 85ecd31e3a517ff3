"""A real Chromium, spoken to by its DevTools protocol: https://chromedevtools.github.io/devtools-protocol/."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.waiting import until

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip


def chromium(directory: Path) -> list[str]:
    """Return the command of a browser with its profile in a directory; without one here the test is skipped."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on this machine to open the page in")
    return [found, *_FLAGS, f"--user-data-dir={directory / 'profile'}"]


class Page:
    """One open page."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = count(1)
        self.faults: list[str] = []
        """What the console and the page's policy complained of."""

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=30))
            if message.get("id") == number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result
            if message["method"] in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.faults.append(json.dumps(message["params"])[:500])

    def run(self, script: str) -> Any:
        """Return what an expression comes to."""
        done = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def open(self, url: str, width: int) -> None:
        """Open an address on a screen of a width."""
        self.call("Log.enable")
        self.call("Runtime.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=844, deviceScaleFactor=1, mobile=width < 600
        )
        self.call("Page.navigate", url=url)
        until(
            lambda: self.run(f"document.readyState === 'complete' && location.href === {json.dumps(url)}"), "the page"
        )


@contextmanager
def browsing(directory: Path) -> Iterator[Page]:
    """Run a browser for the length of a block; without one on this machine the test is skipped."""
    command = [*chromium(directory), "--remote-debugging-port=0", "about:blank"]
    log = directory / "chromium.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stderr=errors)
    try:
        told = until(lambda: re.search(r"DevTools listening on ws://([\d.:]+)/", log.read_text()), "a browser", 60)
        pages = httpx.get(f"http://{told[1]}/json/list", trust_env=False).json()
        address = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
        with connect(address, max_size=None, proxy=None) as socket:
            yield Page(socket)
    finally:
        process.terminate()
        process.wait(20)
