"""``carpool acl``: the rights that the service needs of its store."""

from __future__ import annotations

from service.cli.options import Json
from service.cli.output import say, show
from service.ids import new_secret
from service.store.access import backup_rules, service_rules

_USERS = {"carpool": service_rules, "carpool-backup": backup_rules}


def acl(json_: Json = False) -> None:
    """Print lines for the server's access-control file, with new passwords, which are shown this once."""
    passwords = {name: new_secret() for name in _USERS}
    rules = [rule(name, passwords[name]) for name, rule in _USERS.items()]
    for name, password in passwords.items():
        say(f"{name}: redis://{name}:{password}@…")
    show({"rules": rules, "passwords": passwords}, as_json=json_, text="\n".join(rules))
