"""What a partner says of a person beyond their trips: how they want to be called, and what they have consented to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.clock import rfc3339

MOST_CONSENTS = 20  # of a commuter that are kept, the newest


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody consented to, to which version of its text, and when; `withdrawn_at`: no longer since then."""

    purpose: str
    version: str
    at: datetime
    withdrawn_at: datetime | None = None

    def document(self) -> dict[str, Any]:
        """Return it as it is kept and read."""
        ended = self.withdrawn_at
        return {
            "purpose": self.purpose, "version": self.version, "at": rfc3339(self.at),
            "withdrawn_at": None if ended is None else rfc3339(ended),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Profile:
    """A commuter as their partner has told of them. `consents`: the newest last; one that is not withdrawn holds."""

    commuter_id: str
    display_name: str | None
    consents: tuple[Consent, ...]
    version: int
    updated_at: datetime

    @property
    def consent(self) -> Consent | None:
        """Return the consent that holds."""
        return next((one for one in reversed(self.consents) if one.withdrawn_at is None), None)

    def document(self) -> dict[str, Any]:
        """Return the resource as its partner reads it."""
        return {
            "id": self.commuter_id, "display_name": self.display_name,
            "consent": None if self.consent is None else self.consent.document(),
            "past_consents": [one.document() for one in self.consents if one is not self.consent],
            "version": self.version, "updated_at": rfc3339(self.updated_at),
        }  # fmt: skip
