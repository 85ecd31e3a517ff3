"""``carpool backup`` and ``carpool restore``: all records to one file and back."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service import telemetry
from service.cli.connected import running_url, store_at
from service.cli.options import DataDir, Json, RedisUrl, settings_of
from service.cli.output import say, show
from service.clock import SystemClock, rfc3339
from service.errors import RestoreRefused, SettingError
from service.secrets import KEY_FILE, secret_keys
from service.settings import Settings
from service.store.backup import cluster
from service.store.backup.file import About, names, refuse_existing, verified, write
from service.store.backup.loading import loaded
from service.store.backup.stream import snapshot
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.store_urls import parse

if TYPE_CHECKING:
    from service.restoring import Restored

_TOLD_BYTES = 1 << 28


def backup(file: Path, data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False) -> None:
    """Save all records to a file, as they are at one moment; the service goes on meanwhile."""
    refuse_existing(file)
    with store_at(data_dir, redis_url) as settings:
        url = settings.redis_url or ""
        about = asyncio.run(_about(url))
        with _snapshots(url, file.absolute().parent) as saved:
            manifest = write(file, saved, about)
    say(f"keep {KEY_FILE} of the data directory, or CARPOOL_SECRET_KEY, with it: without it webhooks can not be signed")
    text = f"{file}: {manifest.bytes:,} bytes of schema {manifest.schema_version}, SHA-256 {manifest.sha256}"
    show({"file": str(file), **manifest.model_dump()}, as_json=json_, text=text)


def restore(
    file: Path,
    owed: Annotated[
        str | None, typer.Option(help="Deliveries owed when it was saved: send (again), or drop.", metavar="send|drop")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Remove first what the store holds.")] = False,
    accept_data_loss: Annotated[
        bool | None, typer.Option("--accept-data-loss", help="Use a store that may lose acknowledged writes.")
    ] = None,
    data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False,
) -> None:  # fmt: skip
    """Put a backup into an empty store, while no service runs; exit 1 where a check of it finds something wrong."""
    from service.restoring import Wanted
    from service.restoring import restore as put_back

    if owed not in (None, "send", "drop"):
        raise SettingError(f"--owed {owed} is neither send nor drop")
    settings = settings_of(data_dir=data_dir, redis_url=redis_url, accept_data_loss=accept_data_loss)
    telemetry.configure_logging(settings.log_level, "command")
    if settings.redis_url is None and running_url(settings) is not None:
        raise RestoreRefused(f"a service runs on {settings.data_dir}: stop it first")
    with tempfile.TemporaryDirectory(prefix="carpool-restore-") as scratch, ExitStack() as owned:
        manifest = verified(file, Path(scratch))
        say(f"{file} is whole: saved {manifest.made_at} from {manifest.server}, schema {manifest.schema_version}")
        target = _target(settings, owned)
        wanted = Wanted(owed, replace, mend=len(names(manifest)) > 1)  # type: ignore[arg-type]

        async def put_it_back() -> Restored:
            async with loaded(Path(scratch), names(manifest), manifest.database) as saved_url:
                return await put_back(saved_url, target, _secret_key(settings), wanted, say)

        restored = asyncio.run(put_it_back())
    for line in _told(restored, owed):
        say(line)
    wrong = restored.report.wrong
    document = {
        "keys": restored.keys, "owed": asdict(restored.owed), "wrong": wrong, "made_at": manifest.made_at,
        "webhook_secrets_fit": restored.secrets_fit,
    }  # fmt: skip
    state = "and nothing is wrong with them" if not wrong else f"and {wrong} things are wrong: see carpool doctor"
    show(document, as_json=json_, text=f"{restored.keys:,} keys of {manifest.made_at} are back, {state}")
    if wrong:
        raise typer.Exit(1)


async def _about(url: str) -> About:
    store = Store(url)
    try:
        schema = await store.schema()
        server: dict[str, Any] = (await store.on_each_server(lambda redis: redis.info("server")))[0]
    finally:
        await store.close()
    name = "valkey" if "valkey_version" in server else "redis"
    return About(
        made_at=rfc3339(SystemClock().now()), carpool=version("carpool"),
        server=f"{name} {server.get('valkey_version') or server.get('redis_version', '')}".strip(),
        schema_version=schema[0] if schema else 1, database=int(parse(url).options.get("db") or 0),
    )  # fmt: skip


@contextmanager
def _snapshots(url: str, directory: Path) -> Iterator[Sequence[Iterable[bytes]]]:
    if parse(url).kind != "cluster":
        yield [_counted(snapshot(url))]
        return
    with cluster.snapshots(url, directory, _counted) as saved:
        yield saved


def _counted(chunks: Iterable[bytes]) -> Iterator[bytes]:
    done = told = 0
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        if done - told >= _TOLD_BYTES:
            told = done
            say(f"{done:,} bytes")


def _target(settings: Settings, owned: ExitStack) -> Settings:
    if settings.redis_url is not None:
        return settings
    return settings.model_copy(update={"redis_url": owned.enter_context(EmbeddedStore(settings.data_dir)).url})


def _secret_key(settings: Settings) -> str | None:
    try:
        # A key file is not made here: a new one would fit nothing.
        return secret_keys(settings, embedded=(settings.data_dir / KEY_FILE).exists())
    except SettingError:
        return None


def _told(restored: Restored, owed: str | None) -> list[str]:
    lines = []
    if restored.report.mended:
        lines.append(f"{restored.report.mended} entries of lists that were saved before their records are made anew")
    was = f"{restored.owed.deliveries} deliveries and {restored.owed.unnumbered} events without an id yet"
    if restored.owed and owed == "send":
        lines.append(f"{was} will be sent: again where they were since, the deliveries under the same webhook-id")
    if restored.owed and owed == "drop":
        lines.append(f"{was} are not sent; partners find them with GET /v1/events")
    if not restored.secrets_fit:
        lines.append(f"webhook secrets can not be read with the key that is set here: put back {KEY_FILE} or "
                     "CARPOOL_SECRET_KEY of the service that was saved, before it starts")  # fmt: skip
    return lines
