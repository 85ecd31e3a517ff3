"""``carpool partners`` and ``carpool keys``: administration straight on the store."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from service.cli.connected import on_store
from service.cli.documents import named_text
from service.cli.options import DataDir, Json, RedisUrl
from service.cli.output import show
from service.clock import rfc3339
from service.model.fallbacks import FALLBACK
from service.model.partners import PARTNER_SCOPES, ApiKey, Partner
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
    show(_partner(made), as_json=json_, text=f"{made.id}  {made.name}")


@partners_app.command("list")
def list_partners(data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False) -> None:
    """List partners."""
    found = on_store(data_dir, redis_url, partners.list_partners)
    text = "\n".join(f"{p.id}  {p.name}  shares with {p.shares_with}" for p in found) or "no partners yet"
    show([_partner(p) for p in found], as_json=json_, text=text)


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
    show(_partner(changed), as_json=json_, text=text)


@keys_app.command("create")
def create_key(
    partner_id: str,
    scopes: Annotated[str | None, typer.Option(help="Scopes with commas (all of a partner's).")] = None,
    operator: Annotated[bool, typer.Option("--operator", help="An operator's key.")] = False,
    test: Annotated[bool, typer.Option("--test", help="A sandbox key: a world of its own.")] = False,
    data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False,
) -> None:  # fmt: skip
    """Make an API key; its text is shown this once."""
    named = [scope.strip() for scope in scopes.split(",")] if scopes else [] if operator else list(PARTNER_SCOPES)
    wanted = [*named, "operator"] if operator else named
    made = on_store(
        data_dir, redis_url, lambda context: partners.create_key(context, partner_id, scopes=wanted, sandbox=test)
    )
    _show_new(made, json_)


@keys_app.command("list")
def list_keys(partner_id: str, data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False) -> None:
    """List a partner's keys, without their secrets."""
    found = on_store(data_dir, redis_url, lambda context: partners.list_keys(context, partner_id))
    text = "\n".join(f"{k.id}  {k.prefix}…  {','.join(k.scopes)}  {_state(k)}" for k in found) or "no keys yet"
    show([_key(k) for k in found], as_json=json_, text=text)


@keys_app.command("revoke")
def revoke_key(key_id: str, data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False) -> None:
    """Revoke a key at once."""
    ended = on_store(data_dir, redis_url, lambda context: partners.revoke_key(context, key_id))
    show(_key(ended), as_json=json_, text=f"{ended.id} opens nothing any more")


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
    show({**_key(made.key), "key": made.text}, as_json=as_json, text=text)


def _partner(partner: Partner) -> dict[str, Any]:
    return {"id": partner.id, "name": partner.name, "shares_with": partner.shares_with,
            "fallbacks": partner.fallbacks, "created_at": rfc3339(partner.created_at)}  # fmt: skip


def _key(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id, "partner_id": key.partner_id, "prefix": key.prefix, "scopes": list(key.scopes),
        "sandbox": key.sandbox, "created_at": rfc3339(key.created_at),
        "revoked_at": key.revoked_at and rfc3339(key.revoked_at),
        "expires_at": key.expires_at and rfc3339(key.expires_at),
    }  # fmt: skip


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return f"revoked {rfc3339(key.revoked_at)}"
    return f"ends {rfc3339(key.expires_at)}" if key.expires_at is not None else "active"
