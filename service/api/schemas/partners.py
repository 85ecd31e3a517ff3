"""Partners, their keys and what was administered, for the OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.api.schemas.base import Answered
from service.ids import id_pattern
from service.model.partners import PARTNER_SCOPES, Scope
from service.model.trips import Instant

_NAME = Annotated[str, Field(min_length=1, max_length=100)]
_ID = id_pattern("partner")[1:-1]
_SHARING: Any = {"pattern": f"^(?:own|all|{_ID}(?:,{_ID})*)$"}
_SHARES = Field(
    "own", max_length=10_000, description='"own", "all", or partner ids with commas between.',
    json_schema_extra=_SHARING,
)  # fmt: skip
_Origin = Annotated[str, Field(json_schema_extra={"pattern": r"^https?://[a-z0-9.-]{1,253}(?::[0-9]{1,5})?$"})]
_ORIGINS: Any = Field(
    default=[], max_length=20, examples=[["https://app.example.org"]],
    description="Origins of web pages whose scripts may read what this partner's credentials are answered (CORS).",
)  # fmt: skip


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class PartnerBody(_Said):
    """A partner to be."""

    name: _NAME
    shares_with: str = _SHARES
    origins: list[_Origin] = _ORIGINS


class PartnerPatch(_Said):
    """What is to change of a partner; what is left out stays."""

    name: _NAME | None = None
    shares_with: Annotated[str, Field(max_length=10_000, examples=["all"], json_schema_extra=_SHARING)] | None = None
    origins: Annotated[list[_Origin], Field(max_length=20, examples=[["https://app.example.org"]])] | None = None


class Partner(Answered):
    """A tenant."""

    id: str
    version: int
    name: str
    shares_with: str
    fallbacks: dict[str, dict[str, str]] = Field(
        description="By community: how its people get home (`carpool partners fallback`)."
    )
    origins: list[str]
    created_at: AwareDatetime


class KeyBody(_Said):
    """A key to be made."""

    scopes: Annotated[list[Scope], Field(min_length=1)] = Field(default=list(PARTNER_SCOPES))
    sandbox: bool = Field(False, description="A test key: it sees the partner's sandbox and nothing else.")
    expires_at: Instant | None = Field(None, description="When it ends; null: not by itself.")
    calls_per_s: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        None, description="Calls a second, ten times that at once; null: the service's own limit."
    )


class KeyRotateBody(_Said):
    """How long the old key still opens."""

    overlap_s: Annotated[int, Field(ge=0, le=2_592_000)] = 86_400


class Key(Answered):
    """An API key, without its secret."""

    id: str
    partner_id: str
    prefix: str = Field(description="What its holder recognises it by.")
    scopes: list[Scope]
    sandbox: bool
    calls_per_s: int | None
    created_at: AwareDatetime
    revoked_at: AwareDatetime | None
    expires_at: AwareDatetime | None
    last_used_at: AwareDatetime | None = Field(description="True to a minute.")


class NewApiKey(Key):
    """An API key just made."""

    key: str = Field(description="Its text, shown this once.", examples=["cpk_live_…"])


class Act(Answered):
    """Something that was administered."""

    id: str
    at: AwareDatetime
    by: str = Field(description="The operator's key, `cli:` and the user of the machine, or `doctor`.")
    what: str = Field(examples=["key.revoke"])
    target: str
    details: dict[str, Any]
