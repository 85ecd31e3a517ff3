"""The snapshots of a backup loaded into a server of our own, which keeps nothing on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from service.errors import BadBackup, StoreUnavailable
from service.store.backup.copying import copy_records
from service.store.client import Store
from service.store.embedded import EmbeddedStore

_PATIENCE_S = 60.0
_KEEPS_NOTHING = {"appendonly": "no"}


@asynccontextmanager
async def loaded(directory: Path, names: Sequence[str], database: int = 0) -> AsyncIterator[str]:
    """Yield the address of a server that holds what these snapshots in a directory do together. Raises BadBackup.

    `database`: the numbered one that the records are in. Of several snapshots one after the other is loaded and copied.
    """
    with ExitStack() as owned:
        if len(names) == 1:
            yield f"{_load(directory, names[0], owned)}?db={database}"
            return
        together = owned.enter_context(EmbeddedStore(directory / "together", settings=_KEEPS_NOTHING)).url
        for name in names:
            with ExitStack() as alone:
                await _copy(_load(directory, name, alone), together)
            (directory / name).unlink()
        yield together


def _load(directory: Path, name: str, owned: ExitStack) -> str:
    server = EmbeddedStore(directory, settings={**_KEEPS_NOTHING, "dbfilename": name})
    try:
        return owned.enter_context(server).url
    except StoreUnavailable:
        raise BadBackup("the embedded Valkey can not load the snapshot: a newer server may have made it") from None


async def _copy(from_url: str, to_url: str) -> None:
    source, target = Store(from_url, timeout_s=_PATIENCE_S), Store(to_url, timeout_s=_PATIENCE_S)
    try:
        await copy_records(source, target, lambda _: None)
    finally:
        await source.close()
        await target.close()
