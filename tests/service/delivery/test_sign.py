"""Signatures are what the Standard Webhooks library verifies, with each secret that may be in use."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

from service.delivery.sign import signed_headers
from service.model.webhooks import Claimed, Endpoint
from service.secrets import new_signing_key, new_webhook_secret

BODY = '{"id":"evt_1","data":{"name":"Zoë"}}'.encode()


def now() -> datetime:
    return datetime.now(UTC)


def test_library_verifies_what_is_signed() -> None:
    secret = new_webhook_secret()
    headers = signed_headers("evt_1", now(), BODY, [secret])
    assert Webhook(secret).verify(BODY, headers) == {"id": "evt_1", "data": {"name": "Zoë"}}


def test_old_and_new_secret_verify_while_both_sign() -> None:
    old, new = new_webhook_secret(), new_webhook_secret()
    headers = signed_headers("evt_1", now(), BODY, [new, old])
    for secret in (old, new):
        Webhook(secret).verify(BODY, headers)


def test_a_public_key_verifies_what_its_private_key_signed_and_nothing_else() -> None:
    (private, public), (_, other) = new_signing_key(), new_signing_key()
    secret = new_webhook_secret()
    headers = signed_headers("evt_1", now(), BODY, [secret, private])
    Webhook(secret).verify(BODY, headers)  # which passes over what is not its own
    of_hmac, of_key = headers["webhook-signature"].split(" ")
    assert of_hmac.startswith("v1,")
    version, _, signature = of_key.partition(",")
    assert version == "v1a"
    content = f"evt_1.{headers['webhook-timestamp']}.".encode() + BODY
    verify(public, signature, content)
    for wrong in ((other, content), (public, content + b" ")):
        with pytest.raises(InvalidSignature):
            verify(wrong[0], signature, wrong[1])


def verify(public: str, signature: str, content: bytes) -> None:
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public.removeprefix("whpk_")))
    key.verify(base64.b64decode(signature), content)


@pytest.mark.parametrize("tamper", ["body", "id", "time", "signature", "secret", "old"])
def test_tampering_is_found(tamper: str) -> None:
    secret = new_webhook_secret()
    at = now() - timedelta(hours=1) if tamper == "old" else now()
    headers = signed_headers("evt_1", at, BODY, [secret])
    body = BODY.replace(b"Zo", b"zo") if tamper == "body" else BODY
    if tamper == "id":
        headers["webhook-id"] = "evt_2"
    if tamper == "time":
        headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) + 1)
    if tamper == "signature":
        headers["webhook-signature"] = headers["webhook-signature"][:-4] + "AAA="
    with pytest.raises(WebhookVerificationError):
        Webhook(new_webhook_secret() if tamper == "secret" else secret).verify(body, headers)


def test_payload_is_the_event_and_the_same_bytes_in_every_attempt() -> None:
    endpoint = Endpoint("whe_1", "https://h.example", (), "", "enabled", 1, now(), "")
    event = ("match.proposed", "2026-11-24T06:00:00Z", "3", '{"a": 1}')
    first = Claimed("par_1", endpoint, "17-0", "mat_1", "1", 0, *event)
    again = Claimed("par_1", endpoint, "17-0", "mat_1", "5", 4, *event)
    assert first.payload() == again.payload()
    assert first.payload().decode() == (
        f'{{"id":"{first.event_id}","type":"match.proposed","timestamp":"2026-11-24T06:00:00Z",'
        '"seq":3,"data":{"a": 1}}'
    )
