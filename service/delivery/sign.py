"""Signs by the Standard Webhooks specification: ``id.timestamp.body`` under HMAC-SHA256."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime


def signed_headers(event_id: str, at: datetime, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """Return the three webhook headers. Every key signs, so that a secret rotates without a gap."""
    timestamp = str(int(at.timestamp()))
    content = f"{event_id}.{timestamp}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key, content, "sha256")).decode() for key in keys)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
