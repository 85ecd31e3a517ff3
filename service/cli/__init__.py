"""The command line: the only place that prints and exits."""

from __future__ import annotations

import sys

import typer

from service.cli.admin import keys_app, partners_app
from service.cli.demo import demo
from service.cli.engine import match
from service.cli.inspect import check_setup, openapi
from service.cli.serve import api, deliverer, matcher, serve
from service.cli.verify import verify
from service.errors import CarpoolError, SettingError

# The parser's own root of what a user can get wrong; where that library lies differs between versions.
_WrongUse: type[typer.BadParameter] = typer.BadParameter.__mro__[1]
app = typer.Typer(
    name="carpool", add_completion=False, pretty_exceptions_enable=False,
    rich_markup_mode=None, help="Matches a city's commuters into shared cars.",
)  # fmt: skip
app.command()(serve)
app.command()(api)
app.command()(matcher)
app.command()(deliverer)
app.command()(match)
app.command()(verify)
app.command()(demo)
app.command()(openapi)
app.command("check")(check_setup)
app.add_typer(partners_app, name="partners")
app.add_typer(keys_app, name="keys")


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
