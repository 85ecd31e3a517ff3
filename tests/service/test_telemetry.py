"""Logs tell where it went wrong, and never what people sent."""

from __future__ import annotations

import json
import os
import signal

import pytest
import structlog

from service import telemetry


def test_an_error_is_logged_without_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.reset_defaults()
    telemetry.configure_logging("info", "test")
    try:
        raise ValueError("52.3702, 4.8952 is where Ada lives")
    except ValueError:
        structlog.get_logger().exception("batch_failed", batch="bat_1")
    finally:
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    line = json.loads(capsys.readouterr().err)
    assert line["exception"] == "ValueError"
    assert line["frames"][0].startswith("test_telemetry.py:")
    assert "Ada" not in json.dumps(line)


def test_a_signal_has_everything_told_and_another_what_the_level_says(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.reset_defaults()
    before = {number: signal.getsignal(number) for number in telemetry.LEVEL_SIGNALS}
    try:
        telemetry.configure_logging("warning", "test")
        log = structlog.get_logger()
        for number in (None, signal.SIGUSR1, signal.SIGUSR2):
            if number is not None:
                os.kill(os.getpid(), number)
            log.debug("small", after=number)
            log.info("usual", after=number)
            log.warning("odd", after=number)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["after"]) for line in told] == [
        ("odd", None), *((event, signal.SIGUSR1) for event in ("small", "usual", "odd")), ("odd", signal.SIGUSR2),
    ]  # fmt: skip
