#!/usr/bin/env python3
"""Makes a collection of all calls from ``../openapi.yaml``, which Bruno and Postman import (format v2.1)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
COLLECTION = HERE / "carpool.postman_collection.json"
SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
DAY = "2027-03-01"  # of the examples, in place of which comes tomorrow

# What calls are sent with. Ids are filled in by the answers of the calls that make, or list, the things they are of.
VARIABLES = {
    "url": "http://127.0.0.1:8000", "key": "", "operator_key": "", "test_key": "", "day": "", "market": "main",
    "commuter_id": "ada", "rider_id": "bea", "other_id": "eve",
}  # fmt: skip
MADE_BY = {
    "post_offer": "offer_id", "post_request": "request_id", "post_import": "import_id", "request_batch": "batch_id",
    "create_webhook_endpoint": "endpoint_id", "create_partner": "partner_id", "create_key": "key_id",
}  # fmt: skip
LISTED_BY = {"list_matches": "match_id", "list_series": "series_id"}
TOMORROW = (
    'if (!pm.collectionVariables.get("day")) '
    'pm.collectionVariables.set("day", new Date(Date.now() + 86400000).toISOString().slice(0, 10));'
)  # fmt: skip


def collection(document: dict[str, Any]) -> dict[str, Any]:
    """Return the collection: a folder for each tag, with the examples as bodies."""
    folders: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            call = {"name": operation["summary"], "request": _request(path, method, operation)}
            script = _script(operation.get("operationId", ""))
            folders.setdefault(operation["tags"][0] if "tags" in operation else "Service", []).append(
                call | ({"event": [_event("test", script)]} if script else {})
            )
    ids = dict.fromkeys((*MADE_BY.values(), *LISTED_BY.values()), "")
    return {
        "info": {"name": document["info"]["title"], "schema": SCHEMA},
        "auth": _auth("key"),
        "event": [_event("prerequest", TOMORROW)],
        "variable": [{"key": key, "value": value} for key, value in (VARIABLES | ids).items()],
        "item": [{"name": name, "item": calls} for name, calls in folders.items()],
    }


def _auth(key: str) -> dict[str, Any]:
    return {"type": "bearer", "bearer": [{"key": "token", "value": f"{{{{{key}}}}}", "type": "string"}]}


def _event(listen: str, script: str) -> dict[str, Any]:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": [script]}}


def _script(name: str) -> str:
    """Return what keeps the id that an answer tells, for the calls after it."""
    if name in MADE_BY:
        return f'if (pm.response.code < 300) pm.collectionVariables.set("{MADE_BY[name]}", pm.response.json().id);'
    if name in LISTED_BY:
        return (
            "const [first] = pm.response.json().items ?? []; "
            f'if (first) pm.collectionVariables.set("{LISTED_BY[name]}", first.id);'
        )  # fmt: skip
    return ""


def _request(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    parts = re.sub(r"\{(\w+)\}", r":\1", path).strip("/").split("/")
    names = re.findall(r"\{(\w+)\}", path)
    query = [
        {"key": p["name"], "value": _example(p) if p.get("required") else "", "disabled": not p.get("required"),
         "description": p.get("description", "")}
        for p in operation.get("parameters", ()) if p["in"] == "query"
    ]  # fmt: skip
    url = {
        "raw": "{{url}}/" + "/".join(parts), "host": ["{{url}}"], "path": parts, "query": query,
        "variable": [{"key": name, "value": f"{{{{{_variable(path, name)}}}}}"} for name in names],
    }  # fmt: skip
    made = {"method": method.upper(), "header": [], "url": url, "description": operation.get("description", "")}
    if not operation.get("security"):
        made["auth"] = {"type": "noauth"}
    elif {scope for way in operation["security"] for scope in way.get("apiKey", ())} == {"operator"}:
        made["auth"] = _auth("operator_key")
    elif "/sandbox/" in path:
        made["auth"] = _auth("test_key")
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        example = content["example"]
        text = example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
        made["header"] = [{"key": "Content-Type", "value": media}]
        raw = _filled(operation.get("operationId", ""), text)
        return made | {"body": {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}}
    return made


def _variable(path: str, name: str) -> str:
    """Return the variable that a part of a path is."""
    if name == "trip_id":
        return "request_id" if "/requests/" in path else "offer_id"
    return "market" if name == "name" else name


def _example(parameter: dict[str, Any]) -> str:
    """Return what a parameter that has to be there is sent with."""
    times = {"earliest_departure": "{{day}}T07:30:00Z", "latest_arrival": "{{day}}T08:45:00Z"}
    schema = parameter["schema"]
    return str(times.get(parameter["name"]) or [*schema.get("examples", ()), *schema.get("enum", ()), ""][0])


def _filled(name: str, text: str) -> str:
    """Return an example with variables in it, of a driver and a rider of tomorrow."""
    of_rider = name in ("pickup_match", "dropoff_match")
    text = re.sub(r"\boff_[0-9a-z]{26}\b", "{{request_id}}" if of_rider else "{{offer_id}}", text)
    text = re.sub(r"\breq_[0-9a-z]{26}\b", "{{request_id}}", text)
    text = re.sub(r"\bmat_[0-9a-z]{26}\b", "{{match_id}}", text)
    rides = name in ("post_request", "post_requests")
    text = re.sub(r'("commuter_id": ?)"ada"', r'\1"{{rider_id}}"' if rides else r'\1"{{commuter_id}}"', text)
    if name in ("position_match", "redeliver"):
        return re.sub(rf'"{DAY}T[^"]*"', '"{{$isoTimestamp}}"', text)
    return text.replace(f'"{DAY}T', '"{{day}}T')


def text_of(document: dict[str, Any]) -> str:
    """Return the collection's file."""
    return json.dumps(collection(document), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    COLLECTION.write_text(text_of(yaml.safe_load((HERE.parent / "openapi.yaml").read_text())))
