"""JSON values to records and back; a fault carries its JSON pointer (RFC 6901)."""

from matching.codec.certified import certified_from_json, certified_to_json
from matching.codec.plan import plan_from_json, plan_to_json
from matching.codec.read import instance_from_json
from matching.codec.write import instance_to_json

__all__ = [
    "certified_from_json",
    "certified_to_json",
    "instance_from_json",
    "instance_to_json",
    "plan_from_json",
    "plan_to_json",
]
