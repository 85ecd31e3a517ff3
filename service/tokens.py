"""Tokens of commuters: JSON Web Tokens (RFC 7519) as in RFC 9068, signed with keys made of the service's own.

HMAC-SHA256 and nothing else is taken (RFC 8725, section 3.1). A token names its key, so that the service's keys are
rotated as ever: the first of them signs, all of them open, until the last token of an old one has ended.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import jwt

from service.errors import Unauthenticated
from service.ids import base32
from service.secrets import Cipher

LONGEST_S = 3600
_ALGORITHM, _TYPE = "HS256", "at+jwt"
_ISSUER, _AUDIENCE = "carpool", "carpool-api"
_CLAIMS = ["iss", "aud", "sub", "client_id", "partner", "iat", "exp", "jti"]
_MOST_CHARACTERS = 8192


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says: whose it is, the API key that made it, from when and until when, and what is vouched for."""

    id: str
    partner_id: str
    commuter_id: str
    key_id: str
    sandbox: bool
    traits: tuple[str, ...]
    made_at: datetime
    ends_at: datetime


class TokenKeys:
    """Signs tokens, and reads those signed before."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        """Take keys of 32 bytes, newest first."""
        self._keys = {_name(key): key for key in keys}
        self._newest = _name(keys[0])

    def sign(self, token: Token) -> str:
        """Return the text of a token."""
        claims: dict[str, Any] = {
            "iss": _ISSUER, "aud": _AUDIENCE, "sub": token.commuter_id, "client_id": token.key_id,
            "partner": token.partner_id, "jti": token.id, "iat": int(token.made_at.timestamp()),
            "exp": int(token.ends_at.timestamp()),
        }  # fmt: skip
        if token.traits:
            claims["traits"] = list(token.traits)
        if token.sandbox:
            claims["sandbox"] = True
        headers = {"typ": _TYPE, "kid": self._newest}
        return jwt.encode(claims, self._keys[self._newest], _ALGORITHM, headers)

    def read(self, text: str) -> Token:
        """Return what a token says, whether or not its time is over. Raises Unauthenticated."""
        try:
            claims = self._claims(text)
            return Token(
                id=claims["jti"], partner_id=claims["partner"], commuter_id=claims["sub"], key_id=claims["client_id"],
                sandbox=claims.get("sandbox") is True, traits=tuple(claims.get("traits", ())),
                made_at=datetime.fromtimestamp(claims["iat"], UTC), ends_at=datetime.fromtimestamp(claims["exp"], UTC),
            )  # fmt: skip
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError):
            raise Unauthenticated("this is no token that this service has signed for its API") from None

    def _claims(self, text: str) -> dict[str, Any]:
        if len(text) > _MOST_CHARACTERS:
            raise ValueError
        header = jwt.get_unverified_header(text)
        key = self._keys.get(str(header.get("kid")))
        if key is None or header.get("typ") != _TYPE:
            raise ValueError
        # When it ends is judged by the service's clock, not by the library's.
        options: Any = {"require": _CLAIMS, "verify_exp": False, "verify_iat": False}
        return jwt.decode(text, key, [_ALGORITHM], options, issuer=_ISSUER, audience=_AUDIENCE)


@lru_cache(maxsize=8)
def token_keys(cipher: Cipher) -> TokenKeys:
    """Return the keys of tokens that are made of a cipher's."""
    return TokenKeys(cipher.derived("commuters' tokens"))


def _name(key: bytes) -> str:
    return base32(int.from_bytes(hashlib.sha256(b"kid" + key).digest()[:8], "big"))[-13:]
