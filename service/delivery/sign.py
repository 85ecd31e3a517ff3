"""Signs by the Standard Webhooks specification: ``id.timestamp.body`` by HMAC-SHA256 (``v1``), ed25519 (``v1a``)."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime

from service.secrets import signing_key_of, webhook_secret_bytes


def signed_headers(event_id: str, at: datetime, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """Return the three webhook headers. Every secret signs, so that one is rotated without a gap."""
    timestamp = str(int(at.timestamp()))
    content = f"{event_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, content) for secret in secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    key = signing_key_of(secret)
    if key is not None:
        return f"v1a,{base64.b64encode(key.sign(content)).decode()}"
    return f"v1,{base64.b64encode(hmac.digest(webhook_secret_bytes(secret), content, 'sha256')).decode()}"
