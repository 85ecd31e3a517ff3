"""Tokens of commuters: what this service signed, in this one way, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from service.errors import Unauthenticated
from service.secrets import Cipher
from service.tokens import Token, token_keys
from tests.conftest import SECRET_KEY

OTHER_KEY = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA="
KEYS = token_keys(Cipher(SECRET_KEY))
SECRET = Cipher(SECRET_KEY).derived("commuters' tokens")[0]
ADA = Token(
    "tok_1", "par_1", "ada", "key_1", False, ("employee:acme",), datetime(2027, 3, 1, 5, tzinfo=UTC),
    datetime(2027, 3, 1, 5, 15, tzinfo=UTC),
)  # fmt: skip


def forged(*, secret: bytes = SECRET, algorithm: str = "HS256", typ: str = "at+jwt", **changes: Any) -> str:
    """Return Ada's token with claims changed, None for one left out, signed in some way."""
    good = KEYS.sign(ADA)
    claims = {**jwt.decode(good, options={"verify_signature": False}), **changes}
    kept = {name: value for name, value in claims.items() if value is not None}
    headers = {"kid": jwt.get_unverified_header(good)["kid"], "typ": typ}
    return jwt.encode(kept, secret if algorithm != "none" else None, algorithm, headers)


@pytest.mark.parametrize("token", [ADA, replace(ADA, sandbox=True, traits=())])
def test_a_token_that_was_signed_is_read_as_it_was(token: Token) -> None:
    assert KEYS.read(KEYS.sign(token)) == token


def test_the_forger_of_these_tests_forges_well() -> None:
    assert KEYS.read(forged()) == ADA


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("changes", [
    {"algorithm": "none"}, {"algorithm": "HS384"}, {"algorithm": "HS512"}, {"typ": "JWT"},
    {"secret": Cipher(OTHER_KEY).derived("commuters' tokens")[0]}, {"secret": Cipher(SECRET_KEY).derived("others")[0]},
    {"aud": "another-api"}, {"iss": "another"}, {"sub": None}, {"sub": 7}, {"exp": None}, {"exp": 1e30},
    {"exp": "soon"}, {"iat": None}, {"jti": None}, {"partner": None}, {"traits": 7}, {"more": "x" * 9000},
])  # fmt: skip
def test_what_is_not_signed_in_this_one_way_for_this_api_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        KEYS.read(forged(**changes))


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0..", f"{KEYS.sign(ADA)}\x00", "\ud800.b.c"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        KEYS.read(text)


def test_a_changed_byte_anywhere_is_found() -> None:
    good = KEYS.sign(ADA)
    head, body, signature = good.split(".")
    for number, part in enumerate((head, body, signature)):
        changed = ("B" if part[4] == "A" else "A").join((part[:4], part[5:]))
        with pytest.raises(Unauthenticated):
            KEYS.read(".".join((changed if n == number else p) for n, p in enumerate((head, body, signature))))


def test_a_new_key_in_front_signs_and_the_old_one_opens_what_it_signed() -> None:
    rotated = token_keys(Cipher(f"{OTHER_KEY},{SECRET_KEY}"))
    assert rotated.read(KEYS.sign(ADA)) == ADA
    with pytest.raises(Unauthenticated):
        KEYS.read(rotated.sign(ADA))
    with pytest.raises(Unauthenticated):
        token_keys(Cipher(OTHER_KEY)).read(KEYS.sign(ADA))
