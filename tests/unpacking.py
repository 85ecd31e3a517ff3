"""Archives of data that earlier versions left."""

from __future__ import annotations

import tarfile
from pathlib import Path


def unpack(archive: Path, into: Path | str) -> None:
    """Unpack an archive of the tests' own; Python before 3.11.4 has no filters for it."""
    with tarfile.open(archive) as members:
        if hasattr(tarfile, "data_filter"):
            members.extractall(into, filter="data")
        else:
            members.extractall(into)
