"""Secrets of webhook endpoints: how they are made, and how they are kept so that the store alone gives none away.

Of the same keys links are signed, so that who reads the store can not make one.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.errors import SettingError
from service.files import sync_directory
from service.settings import Settings

KEY_FILE = "secret.key"
_PREFIX, _PRIVATE_PREFIX, _PUBLIC_PREFIX = "whsec_", "whsk_", "whpk_"


class SecretUnreadable(SettingError):
    """A secret was encrypted with a key that is not among those set."""


class Cipher:
    """Encrypts with the first key and decrypts with any, so that keys are rotated by putting a new one in front."""

    def __init__(self, keys: str) -> None:
        """Take comma-separated keys, newest first. Raises SettingError."""
        given = [_key(text.strip()) for text in keys.split(",")]
        self._given = tuple(base64.urlsafe_b64decode(key) for key in given)
        self._signing = self.derived("links")
        each = [Fernet(key) for key in given]
        self._newest = each[0]
        self._fernet = MultiFernet(each)
        self._opened = lru_cache(maxsize=1024)(self._open)

    def seal(self, text: str) -> str:
        """Encrypt."""
        return self._fernet.encrypt(text.encode()).decode()

    def reseal(self, sealed: str) -> str:
        """Return what is sealed, encrypted with the first key; as it is where it was. Raises SecretUnreadable."""
        try:
            self._newest.decrypt(sealed.encode())
        except InvalidToken:
            return self.seal(self.open(sealed))
        return sealed

    def sign(self, text: str) -> str:
        """Return the HMAC-SHA256 of a text under the first key, URL-safe."""
        return _signature(self._signing[0], text)

    def is_signed(self, text: str, signature: str) -> bool:
        """Tell whether a text was signed with any of the keys."""
        given = signature.encode()
        return any(hmac.compare_digest(_signature(key, text).encode(), given) for key in self._signing)

    def open(self, sealed: str) -> str:
        """Decrypt; what was decrypted lately is remembered. Raises SecretUnreadable."""
        return self._opened(sealed)

    def derived(self, purpose: str) -> tuple[bytes, ...]:
        """Return a key of 32 bytes for a purpose of its own, of each key that is set (HKDF, RFC 5869); newest first."""
        return tuple(HKDF(SHA256(), 32, None, f"carpool {purpose}".encode()).derive(key) for key in self._given)

    def _open(self, sealed: str) -> str:
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SecretUnreadable(
                "a webhook secret can not be read: CARPOOL_SECRET_KEY lacks the key that encrypted it"
            ) from None


def _signature(key: bytes, text: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")).decode().rstrip("=")


def new_webhook_secret() -> str:
    """Return a fresh ``whsec_…`` of 32 random bytes (Standard Webhooks)."""
    return _PREFIX + _base64(secrets.token_bytes(32))


def is_webhook_secret(text: str) -> bool:
    """Tell whether a text has the form of a ``whsec_…``."""
    try:
        return text.startswith(_PREFIX) and len(base64.b64decode(text.removeprefix(_PREFIX), validate=True)) >= 24
    except ValueError:
        return False


def webhook_secret_bytes(secret: str) -> bytes:
    """Return the bytes that sign."""
    return base64.b64decode(secret.removeprefix(_PREFIX))


def new_signing_key() -> tuple[str, str]:
    """Return a fresh private ``whsk_…`` and its public key ``whpk_…``, both ed25519 (Standard Webhooks, ``v1a``)."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    return _PRIVATE_PREFIX + _base64(key.private_bytes_raw()), _PUBLIC_PREFIX + _base64(public)


@lru_cache(maxsize=1024)
def signing_key_of(text: str) -> Ed25519PrivateKey | None:
    """Return the private key that a secret is, None for one that signs by HMAC."""
    if not text.startswith(_PRIVATE_PREFIX):
        return None
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text.removeprefix(_PRIVATE_PREFIX)))


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def secret_keys(settings: Settings, *, embedded: bool) -> str:
    """Return the keys that are set, or those of the data directory beside an embedded store. Raises SettingError."""
    if settings.secret_key is not None and settings.secret_key.strip(", "):
        return settings.secret_key
    if embedded:
        return _kept_key(settings.data_dir / KEY_FILE)
    raise SettingError(
        "CARPOOL_SECRET_KEY is needed with a store of your own, because it encrypts webhook secrets there: "
        "make one with `openssl rand -base64 32` and give the same to every process"
    )


def _kept_key(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # whole or not at all, and never over one that another process just made
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        sync_directory(path.parent)
    if path.stat().st_mode & 0o077:
        raise SettingError(f"{path} can be read by others: chmod 600 it")
    return path.read_text(encoding="ascii").strip()


def _key(text: str) -> bytes:
    try:
        raw = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32:
        raise SettingError(
            "CARPOOL_SECRET_KEY has to be 32 random bytes in base64 (make it with `openssl rand -base64 32`), "
            "or several with commas between, newest first"
        )
    return base64.urlsafe_b64encode(raw)
