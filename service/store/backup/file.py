"""A backup file: a tar of the snapshots, one of each server, and of what has to be known of them.

``store.rdb`` comes first, as the server gave it, so that any tool that reads tar and RDB files can look inside; of a
cluster's servers ``store-2.rdb`` and on follow. ``manifest.json`` behind them has their lengths and the SHA-256 of all,
one after the other. The file gets its name when it is whole and on disk.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.errors import BadBackup
from service.files import sync_directory

RDB, MANIFEST = "store.rdb", "manifest.json"
_BLOCK, _CHUNK = tarfile.BLOCKSIZE, 1 << 20
_LONGEST_MANIFEST = 1 << 20


class About(BaseModel):
    """What a backup is of. `database` is the numbered one of the server that holds the records."""

    model_config = ConfigDict(frozen=True, strict=True)

    made_at: str
    carpool: str
    server: str
    schema_version: int
    database: int = 0


class Manifest(About):
    """What a backup says of itself."""

    format: Literal[1] = 1
    bytes: Annotated[int, Field(ge=0)]
    lengths: Annotated[tuple[int, ...], Field(strict=False)] = ()
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def refuse_existing(path: Path) -> None:
    """Raise BadBackup where there is a file already."""
    if path.exists():
        raise BadBackup(f"{path} is there already: name another file, or move that one away")


def write(path: Path, snapshots: Sequence[Iterable[bytes]], about: About) -> Manifest:
    """Write a backup; an existing file is not touched. Raises BadBackup, OSError."""
    refuse_existing(path)
    draft = path.with_name(f"{path.name}.partial")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            manifest = _fill(file, snapshots, about)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)
    return manifest


def verified(path: Path, directory: Path) -> Manifest:
    """Put the snapshots of a backup into a directory, by their `names`, and see that they are what was saved.

    Raises BadBackup.
    """
    digest = hashlib.sha256()
    try:
        with tarfile.open(path, "r:") as archive:
            manifest = _manifest(archive)
            lengths = tuple(_extract(archive, directory / name, digest) for name in names(manifest))
    except FileNotFoundError:
        raise BadBackup(f"there is no file {path}") from None
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise BadBackup(f"{path} is no backup, or its end is missing ({type(error).__name__})") from None
    if (lengths, digest.hexdigest()) != (manifest.lengths or (manifest.bytes,), manifest.sha256):
        raise BadBackup(f"{path} is damaged: its snapshot is not the one that was saved; use another backup")
    return manifest


def names(manifest: Manifest) -> list[str]:
    """Return what the snapshots of a backup are called."""
    return [_name(number) for number in range(len(manifest.lengths) or 1)]


def _name(number: int) -> str:
    return f"store-{number + 1}.rdb" if number else RDB


def _fill(file: IO[bytes], snapshots: Sequence[Iterable[bytes]], about: About) -> Manifest:
    digest, lengths = hashlib.sha256(), []
    for number, chunks in enumerate(snapshots):
        lengths.append(_add(file, _name(number), chunks, digest))
    manifest = Manifest(
        **about.model_dump(), bytes=sum(lengths), lengths=tuple(lengths), sha256=digest.hexdigest()
    )  # fmt: skip
    text = manifest.model_dump_json(indent=1).encode()
    file.write(_head(MANIFEST, len(text)) + text + bytes(-len(text) % _BLOCK) + bytes(2 * _BLOCK))
    return manifest


def _add(file: IO[bytes], name: str, chunks: Iterable[bytes], digest: hashlib._Hash) -> int:
    start, length = file.tell(), 0
    file.write(bytes(_BLOCK))  # the member's head, which has its length, is written when that is known
    for chunk in chunks:
        digest.update(chunk)
        file.write(chunk)
        length += len(chunk)
    file.write(bytes(-length % _BLOCK))
    file.seek(start)
    file.write(_head(name, length))
    file.seek(0, os.SEEK_END)
    return length


def _head(name: str, length: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.mode = length, 0o600
    return member.tobuf(tarfile.GNU_FORMAT)


def _manifest(archive: tarfile.TarFile) -> Manifest:
    file = archive.extractfile(MANIFEST)
    try:
        return Manifest.model_validate_json((file or io.BytesIO()).read(_LONGEST_MANIFEST))
    except ValidationError as error:
        where = "/".join(map(str, error.errors()[0]["loc"])) or "no JSON"
        raise BadBackup(f"the manifest of this backup can not be used ({where})") from None


def _extract(archive: tarfile.TarFile, to: Path, digest: hashlib._Hash) -> int:
    source = archive.extractfile(to.name)
    length = 0
    with to.open("wb") as file:
        while source is not None and (chunk := source.read(_CHUNK)):
            digest.update(chunk)
            file.write(chunk)
            length += len(chunk)
    return length
