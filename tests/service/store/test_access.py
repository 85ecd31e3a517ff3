"""The rights that `carpool acl` grants are those that the store's functions need."""

from __future__ import annotations

import re

from service.store.access import service_rules
from service.store.functions import library


def test_every_command_of_a_function_is_granted() -> None:
    granted = set(service_rules("carpool", "secret").split())
    used = {name.lower() for name in re.findall(r"redis\.p?call\('(\w+)'", library()[1])}
    assert len(used) > 20
    assert {f"+{name}" for name in used if name != "xinfo"} <= granted


def test_a_password_is_not_in_its_rule() -> None:
    assert "secret" not in service_rules("carpool", "secret")
