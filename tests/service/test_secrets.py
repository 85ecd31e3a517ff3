"""Webhook secrets are unreadable in the store, keys rotate, and a key file is made once."""

from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.errors import SettingError
from service.secrets import (
    KEY_FILE,
    Cipher,
    SecretUnreadable,
    new_webhook_secret,
    secret_keys,
    webhook_secret_bytes,
)
from service.settings import Settings

OLD = base64.b64encode(bytes(range(32))).decode()
NEW = base64.b64encode(bytes(range(1, 33))).decode()


def test_sealed_secret_shows_nothing_and_opens_again() -> None:
    secret = new_webhook_secret()
    sealed = Cipher(OLD).seal(secret)
    assert secret not in sealed
    assert webhook_secret_bytes(secret).hex() not in base64.urlsafe_b64decode(sealed).hex()
    assert Cipher(OLD).open(sealed) == secret


def test_secret_has_32_bytes_and_differs_each_time() -> None:
    first, second = new_webhook_secret(), new_webhook_secret()
    assert first.startswith("whsec_")
    assert first != second
    assert len(webhook_secret_bytes(first)) == 32


def test_resealing_needs_the_newest_key_alone_from_then_on_and_changes_nothing_twice() -> None:
    sealed = Cipher(OLD).seal("x")
    both = Cipher(f"{NEW},{OLD}")
    resealed = both.reseal(sealed)
    assert Cipher(NEW).open(resealed) == "x"
    assert both.reseal(resealed) == resealed
    with pytest.raises(SecretUnreadable):
        Cipher(NEW).reseal(sealed)


def test_keys_rotate() -> None:
    sealed = Cipher(OLD).seal("x")
    both = Cipher(f"{NEW}, {OLD}")
    assert both.open(sealed) == "x"
    assert Cipher(NEW).open(both.seal("y")) == "y"
    with pytest.raises(SecretUnreadable, match="CARPOOL_SECRET_KEY lacks"):
        Cipher(NEW).open(sealed)


@pytest.mark.parametrize("bad", ["", "short", "x" * 44, base64.b64encode(bytes(31)).decode(), f"{OLD},nonsense"])
def test_bad_key_is_refused_with_what_to_do(bad: str) -> None:
    with pytest.raises(SettingError, match="openssl rand -base64 32"):
        Cipher(bad)


def test_key_is_needed_with_a_store_of_ones_own(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="CARPOOL_SECRET_KEY is needed"):
        secret_keys(Settings(data_dir=tmp_path), embedded=False)
    assert secret_keys(Settings(secret_key=OLD), embedded=False) == OLD


def test_embedded_store_keeps_its_key_beside_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    with ThreadPoolExecutor(8) as threads:  # processes that start together agree on one
        made = set(threads.map(lambda _: secret_keys(settings, embedded=True), range(8)))
    assert len(made) == 1
    assert Cipher(made.pop())
    path = tmp_path / "data" / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == [KEY_FILE]


def test_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    secret_keys(settings, embedded=True)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(SettingError, match="chmod 600"):
        secret_keys(settings, embedded=True)
