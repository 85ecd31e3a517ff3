"""Deliveries are judged as the Standard Webhooks library would judge them."""

from datetime import UTC, datetime

import pytest
import standardwebhooks

from service.demo.signature import TOLERANCE_S, SignatureError, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
BODY = '{"type": "match.proposed", "data": {"label": "Zoë"}}'


def signed(secret: str = SECRET, at: datetime = NOW, body: str = BODY) -> dict[str, str]:
    signature = standardwebhooks.Webhook(secret).sign("evt_1", at, body)
    return {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


def judge(headers: dict[str, str], body: str = BODY, secret: str = SECRET, later_s: float = 0) -> str:
    return verify(secret, headers, body.encode(), NOW.timestamp() + later_s)


def test_takes_what_the_reference_library_signed():
    assert judge(signed()) == "evt_1"


def test_takes_either_signature_while_a_secret_is_rotated():
    both = signed() | {"webhook-signature": f"{signed(OTHER)['webhook-signature']} {signed()['webhook-signature']}"}
    assert judge(both) == "evt_1"
    assert judge(both, secret=OTHER) == "evt_1"


@pytest.mark.parametrize("off_s", [TOLERANCE_S - 1, 1 - TOLERANCE_S])
def test_takes_a_clock_that_is_a_little_off(off_s):
    assert judge(signed(), later_s=off_s) == "evt_1"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"webhook-signature": signed(OTHER)["webhook-signature"]}, "no signature matches"),
        ({"webhook-signature": ""}, "no signature matches"),
        ({"webhook-signature": "v1,ÿ"}, "no signature matches"),
        ({"webhook-signature": signed()["webhook-signature"].replace("v1,", "v2,")}, "no signature matches"),
        ({"webhook-id": "evt_2"}, "no signature matches"),
        ({"webhook-timestamp": "soon"}, "not a number"),
        ({"webhook-timestamp": "-1764057600"}, "not a number"),
        ({"webhook-timestamp": "١٢٣"}, "not a number"),
    ],
)
def test_refuses_headers_that_were_changed(change, reason):
    with pytest.raises(SignatureError, match=reason):
        judge(signed() | change)


def test_refuses_a_body_that_was_changed():
    with pytest.raises(SignatureError, match="no signature matches"):
        judge(signed(), body=BODY.replace("Zoë", "Zoe"))


@pytest.mark.parametrize("off_s", [TOLERANCE_S + 1, -TOLERANCE_S - 1])
def test_refuses_what_is_replayed_later_or_dated_ahead(off_s):
    with pytest.raises(SignatureError, match="five minutes"):
        judge(signed(), later_s=off_s)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_names_the_header_that_is_missing(name):
    headers = signed()
    del headers[name]
    with pytest.raises(SignatureError, match=name):
        judge(headers)


def test_refuses_a_secret_that_is_not_one():
    with pytest.raises(SignatureError, match="not base64"):
        judge(signed(), secret="whsec_?")
