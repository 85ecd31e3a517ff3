"""What can go wrong, in the field's words and without HTTP.

CarpoolError
 ├─ Invalid              what was sent breaks a rule; carries faults with JSON pointers
 ├─ NotFound             no such thing, or not yours
 ├─ Unauthenticated      no credentials, or bad ones
 ├─ Forbidden            a scope is lacking, or a test key
 ├─ Damaged              its record can not be read, or contradicts another's; only the operator can mend that
 ├─ WrongState           the thing is not in a state that allows this
 ├─ StaleVersion         the version named is not the current one
 ├─ KeyReused            an idempotency key was used with another body
 ├─ Erased               what an idempotency key made was erased with its commuter
 ├─ EventsDropped        events after one that was named are kept no longer
 ├─ RateLimited          there were more calls than a key, or a commuter, may make
 ├─ TooManyStreams       a process, or a partner in it, has as many live streams as it may
 ├─ TooManyImports       as many imports of a partner are unfinished as may be
 ├─ StaleLease           another process holds the lease by now
 ├─ StoreUnavailable     the store did not answer; done whole or not at all, try again
 ├─ StoreUnsafe          the store would lose what it acknowledged
 │   ├─ StoreNewer       a later version wrote it, in a form that this one does not know
 │   └─ StoreOlder       an earlier version wrote it, and it is not for this command to change its form
 ├─ BadBackup            a backup file is not whole, not one of ours, or can not be used here
 ├─ RestoreRefused       a restore would overwrite or send again what it was not told to
 ├─ Busy                 too many changes met on one thing; try again
 └─ SettingError         a setting is wrong or unknown
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any


class CarpoolError(Exception):
    """Root of everything the service raises on purpose."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in what was sent. `pointer` is an RFC 6901 pointer into the body or ``?name`` of a parameter."""

    pointer: str
    detail: str

    def below(self, prefixes: tuple[str, ...]) -> Fault:
        """Return the fault with a pointer that begins behind one of these."""
        top = next((p for p in prefixes if self.pointer == p or self.pointer.startswith(f"{p}/")), "")
        return replace(self, pointer=self.pointer.removeprefix(top))


class Invalid(CarpoolError):
    """What was sent breaks one or more rules."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.pointer or '/'}: {fault.detail}" for fault in faults))
        self.faults = faults


class NotFound(CarpoolError):
    """No such thing for this caller."""

    def __init__(self, what: str, id_: str, hint: str = "") -> None:
        super().__init__(f"there is no {what} {id_}" + (f": {hint}" if hint else ""))
        self.what, self.id = what, id_


class Damaged(CarpoolError):
    """A record can not be read, or contradicts those that go with it."""

    def __init__(self, what: str, id_: str) -> None:
        super().__init__(
            f"the record of the {what} {id_} is damaged and nothing was changed; asking again does not help: "
            "tell the operator, whom carpool doctor shows what is wrong"
        )
        self.what, self.id = what, id_


class Unauthenticated(CarpoolError):
    """Credentials are missing, unknown or revoked."""


class Forbidden(CarpoolError):
    """The credentials lack a scope, or are not for this world."""

    def __init__(self, needed: str) -> None:
        super().__init__(f"this needs {needed}")


class WrongState(CarpoolError):
    """The thing's state does not allow what was asked."""

    def __init__(self, id_: str, state: str, action: str, hint: str = "") -> None:
        super().__init__(f"{id_} is {state}: {action} is not possible" + (f"; {hint}" if hint else ""))
        self.id, self.state, self.action = id_, state, action


class StaleVersion(CarpoolError):
    """`If-Match` named a version that is not the current one."""

    def __init__(self, id_: str, current: int) -> None:
        super().__init__(f"{id_} has moved on to version {current}; get it again")
        self.id, self.current = id_, current


class KeyReused(CarpoolError):
    """The idempotency key was used before with another body."""


class Erased(CarpoolError):
    """What an idempotency key made was erased with its commuter."""


class EventsDropped(CarpoolError):
    """Events that followed one are kept no longer."""

    def __init__(self, after: str) -> None:
        super().__init__(
            f"{after} is older than what is kept, and so may be events that followed it: read your trips and matches "
            "again, and go on without `after`, from the oldest event that is kept"
        )
        self.id = after


class RateLimited(CarpoolError):
    """There were more calls than a key, or a commuter, may make."""

    def __init__(self, wait_s: float) -> None:
        self.wait_s = max(1, math.ceil(wait_s))
        super().__init__(f"there were more calls than the rate limit allows: wait {self.wait_s} s")


class TooManyStreams(CarpoolError):
    """There are as many live streams as there may be."""


class TooManyImports(CarpoolError):
    """As many imports of a partner are unfinished as may be."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} imports of yours are not finished yet: wait until one is, or put more into one")


class StaleLease(CarpoolError):
    """The fencing token is older than the one the store knows: somebody else took over."""


class StoreUnavailable(CarpoolError):
    """The store is out of reach. The call was done whole or not at all; sent again with its key it is done once."""


class StoreUnsafe(CarpoolError):
    """The store's settings would lose acknowledged writes, or throw keys away."""


class StoreNewer(StoreUnsafe):
    """The records' form is newer than this program knows."""

    def __init__(self, schema: int, known: int) -> None:
        super().__init__(
            f"this store is of schema {schema}, this version of Carpool knows {known} at most: use the version that "
            "made it, or a later one; or restore a backup from before the upgrade"
        )
        self.schema = schema


class StoreOlder(StoreUnsafe):
    """The records' form is older than this program's, and only a service that starts may bring it up to date."""

    def __init__(self, schema: int, needed: int) -> None:
        super().__init__(
            f"this store is of schema {schema}, this version of Carpool needs {needed}: start the service of this "
            "version once (carpool serve, api, matcher or deliverer), which brings it up to date"
        )
        self.schema = schema


class BadBackup(CarpoolError):
    """A backup file is not whole, not one of ours, or can not be used here."""


class RestoreRefused(CarpoolError):
    """A restore would overwrite, or send again, what it was not told to."""


class SettingError(CarpoolError):
    """A setting is wrong or unknown."""


class Busy(CarpoolError):
    """Too many changes met on one thing; try again."""

    def __init__(self, id_: str) -> None:
        super().__init__(f"{id_} is being changed by others just now; send this again")
        self.id = id_


def describe(error: CarpoolError) -> dict[str, Any]:
    """Return the error's data for a log line: its kind and ids, never what people sent."""
    return {"error": type(error).__name__, **{k: v for k, v in vars(error).items() if k in ("id", "state", "action")}}
