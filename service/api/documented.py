"""What each route may answer, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from service.api.problems import MEDIA_TYPE
from service.api.schemas import ProblemBody

_PROBLEMS = {
    400: "The request could not be read", 401: "No or bad credentials", 403: "A scope is lacking",
    404: "No such thing, or not yours", 408: "The body came too slowly", 409: "The state does not allow this",
    410: "Kept no longer", 412: "A stale If-Match", 413: "The body is too large",
    415: "A media type that is not taken", 422: "Not valid", 429: "Too many", 503: "The store is out of reach",
}  # fmt: skip


def answers(model: type[BaseModel] | Any, status: int = 200, *problems: int) -> dict[int | str, dict[str, Any]]:
    """Return a route's `responses`: its own answer and the problems it may meet, some of which any route may.

    304 among them: the answer has an entity tag, and is kept back from who has it.
    """
    of_body = {408} if 413 in problems else set()
    listed = sorted({401, 403, 422, 429, 503, *of_body, *problems} - {304})
    reference = {"schema": {"$ref": f"#/components/schemas/{ProblemBody.__name__}"}}
    own: dict[int | str, dict[str, Any]] = {status: {"model": model}}
    if 304 in problems:
        own[304] = {"description": "`If-None-Match` names what would be answered"}
    return own | {code: {"description": _PROBLEMS[code], "content": {MEDIA_TYPE: reference}} for code in listed}
