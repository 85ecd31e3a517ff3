"""The receiving side of the Standard Webhooks specification, written from it and from nothing of the service.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

TOLERANCE_S = 300


class SignatureError(Exception):
    """A delivery is not, or not any more, what the holder of the secret signed."""


def verify(secret: str, headers: Mapping[str, str], body: bytes, now_s: float) -> str:
    """Return the delivery's id if the holder of `secret` (``whsec_…``) signed it within five minutes of `now_s`.

    `headers` are keyed in lower case. Raises SignatureError with the reason.
    """
    try:
        id_, sent, signatures = (headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    except KeyError as missing:
        raise SignatureError(f"the header {missing} is missing") from None
    if not sent.isascii() or not sent.isdigit():
        raise SignatureError("webhook-timestamp is not a number of seconds")
    if abs(now_s - int(sent)) > TOLERANCE_S:
        raise SignatureError("webhook-timestamp is more than five minutes off")
    signed = hmac.new(_key(secret), f"{id_}.{sent}.".encode() + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(signed)
    # While a secret is rotated there is a signature by each; all are compared, in constant time.
    matches = [hmac.compare_digest(expected, signature.encode()) for signature in signatures.split(" ")]
    if not any(matches):
        raise SignatureError("no signature matches")
    return id_


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise SignatureError("the secret is not base64") from None
