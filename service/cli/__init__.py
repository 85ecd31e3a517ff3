"""The command line: the only place that prints and exits."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from service.cli.commands import Commands
from service.errors import CarpoolError, SettingError

# The parser's own root of what a user can get wrong; where that library lies differs between versions.
_WrongUse: type[typer.BadParameter] = typer.BadParameter.__mro__[1]
app = typer.Typer(
    name="carpool", cls=Commands, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
)  # fmt: skip


def _tell_version(wanted: bool) -> None:
    if wanted:
        print(version("carpool"))
        raise typer.Exit


@app.callback()
def carpool(
    _: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version, and end.")
    ] = False,
) -> None:
    """Match a city's commuters into shared cars."""


def main() -> None:
    """Run the command line; a failure that a user can mend is one line, exit 2 for what they gave, 1 otherwise."""
    try:
        raise SystemExit(app(prog_name="carpool", standalone_mode=False) or 0)
    except _WrongUse as error:
        _end(error.format_message().splitlines()[0] + " (see --help)", 2)
    except typer.Abort:
        raise SystemExit(130) from None
    except SettingError as error:
        _end(error, 2)
    except (CarpoolError, OSError) as error:
        _end(error, 1)


def _end(error: Exception | str, code: int) -> None:
    print(f"carpool: {error}", file=sys.stderr)
    raise SystemExit(code)
