"""`carpool top` in a terminal, on an API that goes away and comes back."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.serving import COMMAND, ROOT
from tests.waiting import until

ANSWERS = {
    "/metrics": b'carpool_market_open_trips{market="north"} 12\n',
    "/readyz": b'{"status": "ready", "checks": {"store": "ok"}, "late_markets": []}',
}


class Api(ThreadingHTTPServer):
    """Tells of one market; while `away`, a proxy says that nobody is there."""

    away = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answer(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        body = b"<html>" if self.server.away else ANSWERS[self.path]
        self.send_response(502 if self.server.away else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class Screen:
    """What a terminal was told since it was last looked at."""

    def __init__(self, file: int) -> None:
        self.text = ""
        threading.Thread(target=self._read, args=(file,), daemon=True).start()

    def _read(self, file: int) -> None:
        with suppress(OSError):  # the other end is closed
            while told := os.read(file, 65_536):
                self.text += told.decode(errors="replace")

    def shows(self, words: str) -> None:
        until(lambda: words in self.text, words, 60)
        self.text = ""


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()
    yield api
    api.shutdown()
    api.server_close()


def test_top_goes_on_while_the_api_is_away(api: Api) -> None:
    near, far = pty.openpty()
    words = ["top", "--url", f"http://127.0.0.1:{api.server_port}", "--every-s", "0.2"]
    shown = Screen(near)
    process = subprocess.Popen([*COMMAND, *words], cwd=ROOT, stdout=far, stderr=far, env=os.environ | {"TERM": "xterm"})
    try:
        shown.shows("north")
        api.away = True
        shown.shows("looking again")
        api.away = False
        shown.shows("north")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        os.close(far)
