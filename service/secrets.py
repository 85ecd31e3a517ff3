"""Secrets of webhook endpoints: how they are made, and how they are kept so that the store alone gives none away."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from service.errors import SettingError
from service.files import sync_directory
from service.settings import Settings

KEY_FILE = "secret.key"
_PREFIX = "whsec_"


class SecretUnreadable(SettingError):
    """A secret was encrypted with a key that is not among those set."""


class Cipher:
    """Encrypts with the first key and decrypts with any, so that keys are rotated by putting a new one in front."""

    def __init__(self, keys: str) -> None:
        """Take comma-separated keys, newest first. Raises SettingError."""
        self._fernet = MultiFernet([Fernet(_key(text.strip())) for text in keys.split(",")])
        self._opened = lru_cache(maxsize=1024)(self._open)

    def seal(self, text: str) -> str:
        """Encrypt."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Decrypt; what was decrypted lately is remembered. Raises SecretUnreadable."""
        return self._opened(sealed)

    def _open(self, sealed: str) -> str:
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SecretUnreadable(
                "a webhook secret can not be read: CARPOOL_SECRET_KEY lacks the key that encrypted it"
            ) from None


def new_webhook_secret() -> str:
    """Return a fresh ``whsec_…`` of 32 random bytes (Standard Webhooks)."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def webhook_secret_bytes(secret: str) -> bytes:
    """Return the bytes that sign."""
    return base64.b64decode(secret.removeprefix(_PREFIX))


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
