"""Options that several commands share, and the settings they make."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from service.settings import Settings, load_settings

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Where the embedded store keeps its files.")]
RedisUrl = Annotated[str | None, typer.Option("--redis-url", help="Valkey or Redis to use instead of an embedded one.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def settings_of(**flags: Any) -> Settings:
    """Return the settings of the environment and these flags. Raises SettingError."""
    return load_settings(os.environ, flags)


def say(line: str) -> None:
    """Tell of progress, on standard error."""
    print(line, file=sys.stderr, flush=True)


def show(document: Any, *, as_json: bool, text: str) -> None:
    """Print a result: as one JSON document, or as text."""
    print(json.dumps(document) if as_json else text)
