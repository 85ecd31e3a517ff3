"""JSON merge patch (RFC 7396): what a PATCH leaves out stays, what it gives as null goes back to its default."""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import Request

from service.api.bodies import parse, parse_as, read_bytes
from service.errors import Fault, Invalid

MEDIA_TYPES = ("application/merge-patch+json", "application/json")
Model = TypeVar("Model", bound=BaseModel)
_OBJECT = TypeAdapter(dict[str, Any])


async def merge_patch(request: Request) -> dict[str, Any]:
    """Return the body, an object of what is to change. Raises Invalid; HTTPException 413, 415."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in MEDIA_TYPES:
        raise HTTPException(415, f"send the body as Content-Type: {MEDIA_TYPES[0]}")
    return parse_as(_OBJECT.validate_json, await read_bytes(request))


def merged(model: Model, patch: dict[str, Any]) -> Model:
    """Return a model with a patch applied, judged as a whole. Raises Invalid."""
    unknown = [name for name in patch if name not in type(model).model_fields]
    if unknown:  # also where it is null, which leaves nothing to judge
        raise Invalid(*(Fault(f"/{name}", "is no field that can be changed") for name in unknown))
    return parse(type(model), to_json(_merge(model.model_dump(mode="json", by_alias=True), patch)))


def _merge(target: Any, patch: Any) -> Any:
    """Return what the patch makes of the target: MergePatch of RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    result = target if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _merge(result.get(name), value)
    return result


def patch_schema(draft: dict[str, Any], description: str) -> dict[str, Any]:
    """Return the schema of patches of what has this schema: nothing is required.

    What has a default may be null.
    """
    schema = copy.deepcopy(draft)
    required = schema.pop("required")
    for name, field in schema["properties"].items():
        field.pop("default", None)
        if name not in required and not _takes_null(field):
            schema["properties"][name] = {"anyOf": [field, {"type": "null"}]}
    return schema | {"title": draft["title"].replace("Draft", "Patch"), "description": description}


def _takes_null(field: dict[str, Any]) -> bool:
    return {"type": "null"} in field.get("anyOf", ())


def patch_body(*names: str) -> dict[str, Any]:
    """Return the request body's entry in the OpenAPI document: a patch of these names, or of one of them."""
    references = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    schema = references[0] if len(references) == 1 else {"anyOf": references}
    return {"requestBody": {"required": True, "content": {media: {"schema": schema} for media in MEDIA_TYPES}}}
