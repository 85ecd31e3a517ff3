"""What of an OpenAPI document breaks clients of an older one: what they send is refused, or what they read is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

Way = Literal["sent", "answered"]
_LEAST, _MOST = ("minimum", "minLength", "minItems"), ("maximum", "maxLength", "maxItems", "maxProperties")


def breaking(old: dict[str, Any], new: dict[str, Any], today: date | None = None) -> list[str]:
    """Return what breaks clients of the old document, each with where it is. More to read breaks nobody.

    What the old document itself said would be gone by `today` may be gone.
    """
    comparison = _Comparison(old, new, today or datetime.now(UTC).date())
    gone = old.get("webhooks", {}).keys() - new.get("webhooks", {}).keys()
    found = {*comparison.operations(old["paths"], new["paths"]), *(f"webhook {name}: is gone" for name in gone)}
    return sorted(found)


@dataclass(slots=True)
class _Comparison:
    old: dict[str, Any]
    new: dict[str, Any]
    today: date
    under_way: set[tuple[int, int, Way]] = field(default_factory=set)

    def operations(self, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        for path, methods in old.items():
            for method, was in methods.items():
                where, is_ = f"{method.upper()} {path}", new.get(path, {}).get(method)
                if is_ is None:
                    if not _is_over(was, self.today):
                        yield f"{where}: is gone"
                    continue
                yield from self._parameters(where, was, is_)
                yield from self._request(where, was.get("requestBody"), is_.get("requestBody"))
                for status, answer in was["responses"].items():
                    if status not in is_["responses"]:
                        yield f"{where} {status}: is not answered any more"
                    else:
                        yield from self._content(f"{where} {status}", answer, is_["responses"][status], "answered")

    def _parameters(self, where: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        was, is_ = ({(p["in"], p["name"]): p for p in of.get("parameters", ())} for of in (old, new))
        for key in was.keys() - is_.keys():
            yield f"{where} {key[1]}: is not taken any more"
        for key, parameter in is_.items():
            if parameter.get("required") and not was.get(key, {}).get("required"):
                yield f"{where} {key[1]}: is required"
            if key in was:
                yield from self._schema(f"{where} {key[1]}", was[key]["schema"], parameter["schema"], "sent")

    def _request(self, where: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> Iterator[str]:
        if new is not None and new.get("required") and not (old or {}).get("required"):
            yield f"{where}: a body is required"
        if old is not None:
            yield from self._content(where, old, new or {}, "sent")

    def _content(self, where: str, old: dict[str, Any], new: dict[str, Any], way: Way) -> Iterator[str]:
        for media, content in old.get("content", {}).items():
            if media not in new.get("content", {}):
                yield f"{where}: {media} is gone"
            else:
                yield from self._schema(where, content["schema"], new["content"][media]["schema"], way)

    def _schema(self, where: str, old: dict[str, Any], new: dict[str, Any], way: Way) -> Iterator[str]:
        old, new = _resolved(self.old, old), _resolved(self.new, new)
        pair = (id(old), id(new), way)
        if pair in self.under_way:
            return
        self.under_way.add(pair)
        try:
            yield from self._same_place(where, old, new, way)
        finally:
            self.under_way.discard(pair)

    def _same_place(self, where: str, old: dict[str, Any], new: dict[str, Any], way: Way) -> Iterator[str]:
        if "anyOf" in old or "anyOf" in new:
            yield from self._variants(where, old, new, way)
            return
        if "type" in new and old.get("type") != new["type"]:
            yield f"{where}: is {new['type']}, was {old.get('type', 'anything')}"
            return
        yield from self._properties(where, old, new, way)
        if "items" in old:
            yield from self._schema(f"{where}/-", old["items"], new.get("items", {}), way)
        for value in _values(old) - _values(new) if _values(new) or way == "answered" else ():
            yield f"{where}: {value} is gone"
        if way == "sent":
            yield from _bounds(where, old, new)

    def _variants(self, where: str, old: dict[str, Any], new: dict[str, Any], way: Way) -> Iterator[str]:
        for was in old.get("anyOf", [old]):
            faults = [list(self._schema(where, was, is_, way)) for is_ in new.get("anyOf", [new])]
            if all(faults):
                yield from min(faults, key=len)
        if way == "answered":  # what a client never had to expect
            for is_ in new.get("anyOf", [new]):
                if all(list(self._schema(where, was, is_, way)) for was in old.get("anyOf", [old])):
                    yield f"{where}: may be {_resolved(self.new, is_).get('type', 'another')}, too"

    def _properties(self, where: str, old: dict[str, Any], new: dict[str, Any], way: Way) -> Iterator[str]:
        was, is_ = old.get("properties", {}), new.get("properties", {})
        for name in was.keys() - is_.keys():
            yield f"{where}/{name}: is gone"
        for name in set(new.get("required", ())) - set(old.get("required", ())) if way == "sent" else ():
            yield f"{where}/{name}: is required"
        for name in set(old.get("required", ())) - set(new.get("required", ())) if way == "answered" else ():
            yield f"{where}/{name}: may be missing"
        for name in was.keys() & is_.keys():
            yield from self._schema(f"{where}/{name}", was[name], is_[name], way)


def _is_over(operation: dict[str, Any], today: date) -> bool:
    """Say whether an operation was deprecated, and its last day is past."""
    sunset = operation.get("x-sunset")
    return bool(operation.get("deprecated")) and sunset is not None and date.fromisoformat(str(sunset)) < today


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _values(schema: dict[str, Any]) -> set[Any]:
    return set(schema.get("enum", [schema["const"]] if "const" in schema else []))


def _bounds(where: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for words, sign in ((_LEAST, 1), (_MOST, -1)):
        for word in words:
            if word in new and (word not in old or sign * new[word] > sign * old[word]):
                yield f"{where}: {word} is {new[word]}, was {old.get(word, 'none')}"
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"{where}: has another pattern"
