"""A backup put back: what was saved is made ready in a server of its own, then copied into the store to be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from service.clock import SystemClock
from service.delivery.relay import Relay
from service.errors import RestoreRefused, SettingError
from service.secrets import Cipher
from service.settings import Settings
from service.store import batches, trips
from service.store.backup.copying import copy_records, has_records, wipe
from service.store.backup.owed import Owed, drop_owed, owed, sealed_secrets
from service.store.checks.report import Report
from service.store.client import Store
from service.store.failures import usable
from service.store.upgrades import begin_restore, end_restore, settle_schema
from service.usecases.checkup import check_up, mend
from service.usecases.context import Context

ForOwed = Literal["send", "drop"]
_AT_WORK = timedelta(seconds=60)
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to do with what was owed (None: ask), and whether to put the backup in the place of what is there.

    `mend`: whether to make lists anew from the records: those of servers that were saved one after the other may lack
    the newest.
    """

    owed: ForOwed | None = None
    replace: bool = False
    mend: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and what a check of it found. `secrets_fit`: whether webhooks can be signed with this key."""

    keys: int
    owed: Owed
    secrets_fit: bool
    report: Report


async def restore(
    saved_url: str, settings: Settings, secret_key: str | None, wanted: Wanted, say: Callable[[str], None]
) -> Restored:
    """Put the records of one store into that of the settings. Raises RestoreRefused, StoreUnsafe, StoreUnavailable.

    Nothing is written before it is sure that it may be; a restore that was cut off leaves a store that is not used.
    """
    saved = Store(saved_url, timeout_s=_PATIENCE_S)
    target = Store(settings.redis_url or "", timeout_s=_PATIENCE_S)
    clock = SystemClock()
    try:
        with usable():
            await saved.load_functions()
            await settle_schema(saved, clock, migrate=True)
            await target.check_durability(accept_data_loss=settings.accept_data_loss)
            found = await owed(saved)
            _refuse_undecided(found, wanted)
            await _refuse_to_overwrite(target, clock, wanted)
            if wanted.owed == "drop":
                await _let_go(saved, clock, settings)
            copied = await _copy(saved, target, say)
            say("checking what was put back")
            await target.load_functions()
            report = await (mend if wanted.mend else check_up)(Context(target, clock, settings))
        return Restored(copied, found, await _secrets_fit(saved, secret_key), report)
    finally:
        await saved.close()
        await target.close()


def _refuse_undecided(found: Owed, wanted: Wanted) -> None:
    if found and wanted.owed is None:
        raise RestoreRefused(
            f"when this was saved, {found.deliveries} deliveries were owed to {found.endpoints} endpoints, and "
            f"{found.unnumbered} events were not numbered yet. Those delivered since would be sent again, the numbered "
            "ones under the same webhook-id, the others under a new one: say --owed send for that, or --owed drop to "
            "send none of them (they stay in the partners' logs)"
        )


async def _refuse_to_overwrite(target: Store, clock: SystemClock, wanted: Wanted) -> None:
    if not await has_records(target):
        return
    if not wanted.replace:
        raise RestoreRefused(
            "the store is not empty: restore into an empty one, or say --replace to remove all that it holds first"
        )
    ticks = await batches.last_ticks(target, await trips.markets(target))
    if any(tick is not None and clock.now() - tick < _AT_WORK for tick in ticks):
        raise RestoreRefused(
            f"a matcher was at work on the store less than {_AT_WORK.seconds} s ago: stop the service on every machine"
        )


async def _let_go(saved: Store, clock: SystemClock, settings: Settings) -> None:
    """Bring all events into the logs, where partners can read them, and owe none to an endpoint."""
    relay = Relay(saved, clock, settings.events_kept, lambda _: None)
    markets = await trips.markets(saved)
    while markets and (await owed(saved)).unnumbered:
        await relay.relay_once(markets, 1)
    await drop_owed(saved)


async def _copy(saved: Store, target: Store, say: Callable[[str], None]) -> int:
    await begin_restore(target)
    await wipe(target)
    copied = await copy_records(saved, target, lambda keys: say(f"{keys:,} keys copied"))
    await end_restore(target)
    return copied


async def _secrets_fit(saved: Store, secret_key: str | None) -> bool:
    try:
        cipher = Cipher(secret_key) if secret_key else None
        async for sealed in sealed_secrets(saved):
            if cipher is None:
                return False
            cipher.open(sealed)
    except SettingError:
        return False
    return True
