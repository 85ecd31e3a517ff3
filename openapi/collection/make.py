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


def collection(document: dict[str, Any]) -> dict[str, Any]:
    """Return the collection: a folder for each tag, with the examples as bodies."""
    folders: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            folders.setdefault(operation["tags"][0] if "tags" in operation else "Service", []).append(
                {"name": operation["summary"], "request": _request(path, method, operation)}
            )
    return {
        "info": {"name": document["info"]["title"], "schema": SCHEMA},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{key}}", "type": "string"}]},
        "variable": [{"key": "url", "value": "http://127.0.0.1:8000"}, {"key": "key", "value": ""}],
        "item": [{"name": name, "item": calls} for name, calls in folders.items()],
    }


def _request(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    parts = re.sub(r"\{(\w+)\}", r":\1", path).strip("/").split("/")
    names = re.findall(r"\{(\w+)\}", path)
    query = [
        {"key": p["name"], "value": "", "disabled": not p.get("required"), "description": p.get("description", "")}
        for p in operation.get("parameters", ()) if p["in"] == "query"
    ]  # fmt: skip
    url = {
        "raw": "{{url}}/" + "/".join(parts), "host": ["{{url}}"], "path": parts, "query": query,
        "variable": [{"key": name, "value": ""} for name in names],
    }  # fmt: skip
    made = {"method": method.upper(), "header": [], "url": url, "description": operation.get("description", "")}
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        example = content["example"]
        text = example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
        made["header"] = [{"key": "Content-Type", "value": media}]
        return made | {"body": {"mode": "raw", "raw": text, "options": {"raw": {"language": "json"}}}}
    return made


def text_of(document: dict[str, Any]) -> str:
    """Return the collection's file."""
    return json.dumps(collection(document), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    COLLECTION.write_text(text_of(yaml.safe_load((HERE.parent / "openapi.yaml").read_text())))
