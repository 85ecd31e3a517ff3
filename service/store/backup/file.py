"""A backup file: a tar of the snapshot and of what has to be known of it.

``store.rdb`` comes first, as the server gave it, so that any tool that reads tar and RDB files can look inside;
``manifest.json`` behind it has its length and SHA-256. The file gets its name when it is whole and on disk.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterable
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
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def write(path: Path, chunks: Iterable[bytes], about: About) -> Manifest:
    """Write a backup; an existing file is not touched. Raises BadBackup, OSError."""
    if path.exists():
        raise BadBackup(f"{path} is there already: name another file, or move that one away")
    draft = path.with_name(f"{path.name}.partial")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            manifest = _fill(file, chunks, about)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)
    return manifest


def verified(path: Path, directory: Path) -> Manifest:
    """Put the snapshot of a backup into a directory, as `RDB`, and see that it is what was saved. Raises BadBackup."""
    try:
        with tarfile.open(path, "r:") as archive:
            manifest = _manifest(archive)
            found = _extract(archive, directory / RDB)
    except FileNotFoundError:
        raise BadBackup(f"there is no file {path}") from None
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise BadBackup(f"{path} is no backup, or its end is missing ({type(error).__name__})") from None
    if found != (manifest.bytes, manifest.sha256):
        raise BadBackup(f"{path} is damaged: its snapshot is not the one that was saved; use another backup")
    return manifest


def _fill(file: IO[bytes], chunks: Iterable[bytes], about: About) -> Manifest:
    digest, length = hashlib.sha256(), 0
    file.write(bytes(_BLOCK))  # the member's head, which has its length, is written when that is known
    for chunk in chunks:
        digest.update(chunk)
        file.write(chunk)
        length += len(chunk)
    file.write(bytes(-length % _BLOCK))
    manifest = Manifest(**about.model_dump(), bytes=length, sha256=digest.hexdigest())
    text = manifest.model_dump_json(indent=1).encode()
    file.write(_head(MANIFEST, len(text)) + text + bytes(-len(text) % _BLOCK) + bytes(2 * _BLOCK))
    file.seek(0)
    file.write(_head(RDB, length))
    return manifest


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


def _extract(archive: tarfile.TarFile, to: Path) -> tuple[int, str]:
    source = archive.extractfile(RDB)
    digest, length = hashlib.sha256(), 0
    with to.open("wb") as file:
        while source is not None and (chunk := source.read(_CHUNK)):
            digest.update(chunk)
            file.write(chunk)
            length += len(chunk)
    return length, digest.hexdigest()
