"""Posts imports: a piece of each in turn, so that a large one holds up nobody's small one."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog
from prometheus_client import Counter

from service.errors import StaleLease, StoreUnavailable
from service.model.events import log_owner
from service.store import imports, leases, partners
from service.store.leases import Lease
from service.usecases import importing
from service.usecases.context import Context

_LEASE_S = 30.0
_LOOK_S = 1.0
LINES = Counter("carpool_imported_lines", "Lines of imports that were judged", ["outcome"])
_OUTCOMES = ("posted", "known", "refused")
for _outcome in _OUTCOMES:
    LINES.labels(_outcome)  # told of as 0 before there is one
log = structlog.get_logger()


class Importer:
    """Works on what partners have sent, under a lease of each."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._owner = leases.new_owner()

    async def run(self, stop: asyncio.Event) -> None:
        """Post imports until `stop` is set; the piece under way is finished."""
        while not stop.is_set():
            busy = False
            try:
                busy = await self.round(stop)
            except StoreUnavailable as error:
                log.warning("importer_waits", error=str(error))
            if not busy:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _LOOK_S)

    async def round(self, stop: asyncio.Event) -> bool:
        """Post a piece for each partner that has an import; tells whether there was any."""
        store = self._context.store
        owners = [
            owner for partner_id in await partners.partner_ids(store)
            for owner in (partner_id, log_owner("sandbox-", partner_id))
        ]  # fmt: skip
        worked = False
        for owner, ids in (await imports.open_ids(store, owners)).items():
            if stop.is_set():
                break
            worked |= await self._work_for(owner, ids)
        return worked

    async def _work_for(self, owner: str, ids: list[str]) -> bool:
        store, now = self._context.store, self._context.clock.now()
        lease = await leases.take_of_log(store, owner, importing.LEASE, self._owner, now, _LEASE_S)
        if lease is None:
            return False
        try:
            for id_ in ids:
                if await self._post_piece(owner, id_, lease):
                    return True
            return False
        except StaleLease:
            return False
        finally:
            with suppress(StoreUnavailable):
                await leases.drop_of_log(store, owner, lease)

    async def _post_piece(self, owner: str, id_: str, lease: Lease) -> bool:
        """Post a piece of an import, if it has come in whole; one that fails for ever is ended."""
        found = await imports.get(self._context.store, owner, id_)
        if found is None or found.status not in ("waiting", "running"):
            return False
        try:
            after = await importing.post_next_piece(self._context, lease, found)
        except (StaleLease, StoreUnavailable):
            raise
        except Exception:
            log.exception("import_failed", id=id_)
            after = await importing.fail(self._context, lease, found, importing.OUR_FAULT)
        for outcome in _OUTCOMES:
            LINES.labels(outcome).inc(getattr(after, outcome) - getattr(found, outcome))
        if after.finished_at is not None:
            log.info("import", id=id_, status=after.status, posted=after.posted, known=after.known,
                     refused=after.refused)  # fmt: skip
        return True
