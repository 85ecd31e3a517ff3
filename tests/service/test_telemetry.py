"""Logs tell where it went wrong, and never what people sent."""

from __future__ import annotations

import json

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
