"""One document that proves itself: an instance, its plan, and in the plan the duals behind the bound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from matching.codec.fields import Fields
from matching.codec.plan import plan_from_json, plan_to_json
from matching.codec.read import instance_from_json
from matching.codec.write import instance_to_json
from matching.model import Instance, InvalidInstance, Plan

Part = TypeVar("Part")


def certified_to_json(instance: Instance, plan: Plan) -> dict[str, Any]:
    """Return the JSON document of an instance with its plan and the plan's certificate.

    Raises
    ------
    MatchingError
        If the travel model has no JSON form.
    """
    return {"instance": instance_to_json(instance), "plan": plan_to_json(plan, certificate=True)}


def certified_from_json(document: object) -> tuple[Instance, Plan]:
    """Return the instance and the plan of a JSON document; what else it tells proves nothing, and is passed over.

    Raises
    ------
    InvalidInstance
        At the first fault of type or form, with its pointer.
    """
    fields = Fields(document, "")
    return _part(fields, "instance", instance_from_json), _part(fields, "plan", plan_from_json)


def _part(fields: Fields, name: str, read: Callable[[object], Part]) -> Part:
    value = fields.take(name)
    try:
        return read(value)
    except InvalidInstance as fault:
        raise InvalidInstance(fields.at(name) + fault.pointer, fault.detail) from None
