"""Options that several commands share, and the settings they make."""

from __future__ import annotations

import os
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
