"""Tokens with which commuters call, for the OpenAPI document."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.api.schemas.base import Answered
from service.model.trips import Tag
from service.tokens import LONGEST_S


class TokenBody(BaseModel):
    """For how long, and what you vouch for of this commuter."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ttl_s: Annotated[int, Field(ge=1, le=LONGEST_S)] = Field(900, description="How long it opens, in seconds.")
    traits: Annotated[list[Tag], Field(max_length=32)] = Field(
        default=[], description="What you vouch for: trips posted with the token may have these traits and no others, "
        "and have them all where they name none.", examples=[["employee:acme"]],
    )  # fmt: skip


class NewToken(Answered):
    """A token. It is not kept: who loses it has a new one made."""

    token: str = Field(description="For the commuter's app, to send as `Authorization: Bearer …`.")
    expires_at: AwareDatetime
    commuter_id: str
    traits: list[str]
