"""Examples of what each operation takes and answers, made of its schema with the values that fields are known by."""

from __future__ import annotations

from typing import Any

import orjson

from service.api import problems
from service.api.example_values import DAY, DIGITS, IDS, MOSTLY_NULL, NAMED, OF_STATUS, SAID, TIME, WHOLE
from service.api.problems import BASE, MEDIA_TYPE
from service.usecases.samples import STATUS_OF_MATCH


def add_examples(document: dict[str, Any]) -> None:
    """Give each body of each operation, and of each webhook, an example."""
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for media, content in operation.get("requestBody", {}).get("content", {}).items():
                content["example"] = _lines(schemas, path) if "ndjson" in media else _of(schemas, content["schema"])
            for status, answer in operation["responses"].items():
                for media, content in answer.get("content", {}).items():
                    content["example"] = _answer(schemas, path, status, media, content["schema"])
    for type_, hook in document["webhooks"].items():
        content = hook["post"]["requestBody"]["content"]["application/json"]
        subject = content["schema"]["allOf"][1]["properties"]["data"]["anyOf"][0]
        about, (kind, _, happened) = _of(schemas, subject), type_.partition(".")
        if kind in ("match", "trip"):
            about |= {"status": STATUS_OF_MATCH.get(type_, happened)}
        content["example"] = _whole(schemas, "Event") | {"type": type_, "data": about}


def _answer(schemas: dict[str, Any], path: str, status: str, media: str, schema: dict[str, Any]) -> Any:
    if media == MEDIA_TYPE:
        return _problem(path, int(status))
    if media == "text/event-stream":
        return f"id: evt_{DIGITS}\ndata: {{…}}\n\n"
    return _lines(schemas, path) if "ndjson" in media else _of(schemas, schema)


def _problem(path: str, status: int) -> dict[str, Any]:
    problem = OF_STATUS[status]
    if status == 410 and not path.startswith("/v1/events"):
        problem = problems.ERASED
    if status == 429 and path == "/v1/imports":
        problem = problems.TOO_MANY_IMPORTS
    if status == 429 and path.endswith("/stream"):
        problem = problems.TOO_MANY_STREAMS
    if status == 409 and "{" not in path:
        problem = problems.BUSY
    said = SAID[problem]
    pointer, _, detail = said.partition(" ")
    faults = {"errors": [{"pointer": pointer, "detail": detail}]} if problem is problems.INVALID else {}
    return {
        "type": BASE + problem.name, "title": problem.title, "status": status, "detail": said, "instance": path
    } | faults  # fmt: skip


def _lines(schemas: dict[str, Any], path: str) -> str:
    names = ("ImportFault",) if path.endswith("/errors") else ("OfferLine", "RequestLine")
    return "".join(f"{orjson.dumps(_whole(schemas, name)).decode()}\n" for name in names)


def _whole(schemas: dict[str, Any], name: str) -> Any:
    """Return an example of a schema with a name; of what is sent, no more than is needed."""
    if name in WHOLE:
        return WHOLE[name]
    schema = schemas[name]
    if "properties" not in schema:
        return _of(schemas, schema)
    sent = name.endswith(("Draft", "Body", "Line"))
    fields = {
        field: of for field, of in schema["properties"].items()
        if not sent or field in schema.get("required", ()) or "examples" in of
    }  # fmt: skip
    made = {field: _of(schemas, of, field) for field, of in fields.items()}
    return made | ({"id": f"{IDS[name]}_{DIGITS}"} if "id" in made and name in IDS else {})


def _of(schemas: dict[str, Any], schema: dict[str, Any], name: str = "") -> Any:
    """Return an example of a schema, which stands in a field with a name."""
    if "examples" in schema:
        return schema["examples"][0]
    if name in MOSTLY_NULL and {"type": "null"} in schema.get("anyOf", ()):
        return None
    if name in NAMED and "enum" not in schema:
        return NAMED[name]
    if "$ref" in schema:
        of = schema["$ref"].rpartition("/")[2]
        return NAMED.get(f"{name}/{of}") or _whole(schemas, of)
    return _of_type(schemas, schema)


def _of_type(schemas: dict[str, Any], schema: dict[str, Any]) -> Any:
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return _of(schemas, schema[word][0])
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object":
        return {field: _of(schemas, of, field) for field, of in schema.get("properties", {}).items()}
    if kind == "array":
        return [_of(schemas, schema["items"])]
    text = {"date-time": TIME, "date": DAY}.get(schema.get("format", ""), "text")
    plain: dict[Any, Any] = {
        "string": text, "integer": int(schema.get("minimum", 1)), "number": 1.5, "boolean": True
    }  # fmt: skip
    return plain.get(kind)
