"""``carpool partners`` and ``carpool keys``: administration straight on the store."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from service.cli.connected import on_store
from service.cli.documents import named_text
from service.cli.options import DataDir, Json, RedisUrl
from service.cli.output import show
from service.clock import SystemClock, rfc3339
from service.model.fallbacks import FALLBACK
from service.model.partners import PARTNER_SCOPES, ApiKey
from service.usecases import partners

partners_app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Partners: the tenants whose apps call the API."
)
keys_app = typer.Typer(add_completion=False, rich_markup_mode=None, help="API keys of partners and operators.")


@partners_app.command("create")
def create_partner(
    name: str,
    shares_with: Annotated[
        str, typer.Option(help='Whose people its own may ride with: "own", "all", or partner ids with commas.')
    ] = "own",
    data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False,
) -> None:  # fmt: skip
    """Make a partner."""
    made = on_store(data_dir, redis_url, lambda context: partners.create_partner(context, name, shares_with))
    show(made.document(), as_json=json_, text=f"{made.id}  {made.name}")


@partners_app.command("list")
def list_partners(data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False) -> None:
    """List partners."""
    found = on_store(data_dir, redis_url, partners.list_partners)
    text = "\n".join(f"{p.id}  {p.name}  shares with {p.shares_with}" for p in found) or "no partners yet"
    show([p.document() for p in found], as_json=json_, text=text)


@partners_app.command("update")
def update_partner(
    partner_id: str,
    name: Annotated[str | None, typer.Option(help="What it is called.")] = None,
    shares_with: Annotated[
        str | None, typer.Option(help='Whose people its own may ride with: "own", "all", or partner ids with commas.')
    ] = None,
    origins: Annotated[
        str | None, typer.Option(help='Of web pages that may read its answers, with commas; "" for none.')
    ] = None,
    data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False,
) -> None:  # fmt: skip
    """Change a partner; what is not named stays."""
    named = None if origins is None else [origin.strip() for origin in origins.split(",") if origin.strip()]
    change = partners.PartnerChange(name, shares_with, named)
    changed = on_store(data_dir, redis_url, lambda context: partners.update_partner(context, partner_id, change))
    show(changed.document(), as_json=json_, text=f"{changed.id}  {changed.name}  shares with {changed.shares_with}")


@partners_app.command("fallback")
def set_fallback(
    partner_id: str,
    community: str,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=TEXT", help=f"Of {', '.join(FALLBACK)}; without any, none.")
    ] = None,
    data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False,
) -> None:  # fmt: skip
    """Say how a community's people get home who lose their way back on the way; it goes before the market's."""
    said = dict(map(named_text, words or ()))
    changed = on_store(data_dir, redis_url, lambda context: partners.set_fallback(context, partner_id, community, said))
    text = f"{community} of {changed.id}: {', '.join(said.values()) or 'no fall-back'}"
    show(changed.document(), as_json=json_, text=text)


@keys_app.command("create")
def create_key(  # noqa: PLR0913, PLR0917 - each is an option
    partner_id: str,
    scopes: Annotated[str | None, typer.Option(help="Scopes with commas (all of a partner's).")] = None,
    operator: Annotated[bool, typer.Option("--operator", help="An operator's key.")] = False,
    test: Annotated[bool, typer.Option("--test", help="A sandbox key: a world of its own.")] = False,
    days: Annotated[float | None, typer.Option(min=0, help="Days after which it ends (never).")] = None,
    calls_per_s: Annotated[int | None, typer.Option(min=1, help="Calls a second (CARPOOL_CALLS_PER_S).")] = None,
    data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False,
) -> None:  # fmt: skip
    """Make an API key; its text is shown this once."""
    named = [scope.strip() for scope in scopes.split(",")] if scopes else [] if operator else list(PARTNER_SCOPES)
    wanted = [*named, "operator"] if operator else named
    ends = None if days is None else SystemClock().now() + timedelta(days=days)
    made = on_store(data_dir, redis_url, lambda context: partners.create_key(
        context, partner_id, scopes=wanted, sandbox=test, expires_at=ends, calls_per_s=calls_per_s
    ))  # fmt: skip
    _show_new(made, json_)


@keys_app.command("list")
def list_keys(partner_id: str, data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False) -> None:
    """List a partner's keys, without their secrets."""
    found = on_store(data_dir, redis_url, lambda context: partners.list_keys(context, partner_id))
    text = "\n".join(f"{k.id}  {k.prefix}…  {','.join(k.scopes)}  {_state(k)}" for k in found) or "no keys yet"
    show([k.document() for k in found], as_json=json_, text=text)


@keys_app.command("revoke")
def revoke_key(key_id: str, data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False) -> None:
    """Revoke a key at once."""
    ended = on_store(data_dir, redis_url, lambda context: partners.revoke_key(context, key_id))
    show(ended.document(), as_json=json_, text=f"{ended.id} opens nothing any more")


@keys_app.command("rotate")
def rotate_key(
    key_id: str,
    overlap_s: Annotated[int, typer.Option(min=0, help="How long the old key still opens.")] = 86_400,
    data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False,
) -> None:  # fmt: skip
    """Make a key like another, which ends after the overlap."""
    _show_new(on_store(data_dir, redis_url, lambda context: partners.rotate_key(context, key_id, overlap_s)), json_)


def _show_new(made: partners.NewKey, as_json: bool) -> None:
    text = f"{made.text}\nThis is shown once; {made.key.id} names it. Scopes: {', '.join(made.key.scopes)}"
    show({**made.key.document(), "key": made.text}, as_json=as_json, text=text)


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return f"revoked {rfc3339(key.revoked_at)}"
    ends = f"ends {rfc3339(key.expires_at)}" if key.expires_at is not None else "active"
    return f"{ends}, last used {rfc3339(key.used_at)}" if key.used_at is not None else f"{ends}, never used"
