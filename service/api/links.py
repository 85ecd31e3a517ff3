"""OpenAPI links: which operations an answer leads to, and what of the answer they are called with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.api.link_table import ENTRIES, LEADS, THINGS, Lead

_VERSION = "$response.header.ETag"


def add_links(document: dict[str, Any]) -> None:
    """Give each answer links, named as the operations that they lead to."""
    operations = {
        operation["operationId"]: operation for path in document["paths"].values() for operation in path.values()
    }
    for source, operation in operations.items():
        links = {lead.to: _link(lead, operations[lead.to]) for lead in _leads_of(source, operation)}
        if links:
            done = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
            done["links"] = links


def _link(lead: Lead, target: dict[str, Any]) -> dict[str, Any]:
    """Return a link; a change also names the version that was answered, where one resource was."""
    takes_version = any(parameter["name"] == "If-Match" for parameter in target.get("parameters", ()))
    version = {"If-Match": _VERSION} if lead.of_one and takes_version else {}
    body = {} if lead.body is None else {"requestBody": dict(lead.body)}
    return {"operationId": lead.to, "parameters": {**lead.parameters, **version}, **body}


def _leads_of(source: str, operation: dict[str, Any]) -> Iterator[Lead]:
    for thing in THINGS:
        if source in thing.answered_by:
            yield from (lead for lead in thing.leads() if lead.to != source)
        if source == thing.listed_by:
            yield from thing.leads_of_first()
    yield from LEADS.get(source, ())
    for commuter in ENTRIES.get(source, ()):
        yield Lead(commuter, {"commuter_id": "$request.path.commuter_id"}, of_one=True)
    if any(parameter["name"] == "cursor" for parameter in operation.get("parameters", ())):
        of_path = {p["name"]: f"$request.path.{p['name']}" for p in operation["parameters"] if p["in"] == "path"}
        yield Lead(source, {**of_path, "cursor": "$response.body#/next_cursor"})
