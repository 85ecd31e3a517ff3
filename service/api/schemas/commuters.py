"""What is answered of commuters, and taken of them."""

from __future__ import annotations

from pydantic import AwareDatetime, Field

from service.api.schemas.base import Answered


class Block(Answered):
    """Whom a commuter never rides with again."""

    id: str = Field(description="As they were named: your own commuter's id, or the id of another partner's trip.")
    since: AwareDatetime
