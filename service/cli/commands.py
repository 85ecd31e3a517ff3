"""The commands by name, each loaded when it is asked for: to match a file takes none of the store's libraries."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

_WHERE = {
    "serve": "serve:serve",
    "api": "serve:api",
    "matcher": "serve:matcher",
    "deliverer": "serve:deliverer",
    "match": "engine:match",
    "verify": "verify:verify",
    "replay": "replay:replay",
    "demo": "demo:demo",
    "doctor": "doctor:doctor",
    "top": "top:top",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "openapi": "inspect:openapi",
    "lifecycle": "inspect:lifecycle",
    "check": "inspect:check_setup",
    "acl": "access:acl",
    "partners": "admin:partners_app",
    "keys": "admin:keys_app",
    "audit": "audit:audit",
    "markets": "markets:markets_app",
    "secrets": "sealing:secrets_app",
    "import": "imports:import_",
    "listen": "listen:listen",
    "trigger": "listen:trigger",
    "statistics": "statistics:statistics",
}


class Commands(TyperGroup):
    """The group of all commands."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**{**attributes, "commands": _Loaded.fromkeys(_WHERE)})


class _Loaded(dict[str, Any]):
    """Commands by name, loaded when read."""

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default  # noqa: SIM401 - this is what `get` does

    def __getitem__(self, name: str) -> Any:
        module, attribute = _WHERE[name].split(":")
        found = getattr(import_module(f"service.cli.{module}"), attribute)
        app = found
        if not isinstance(found, typer.Typer):
            app = typer.Typer(add_completion=False, rich_markup_mode=None)
            app.command()(found)
        command = typer.main.get_command(app)
        command.name = name
        return command
