"""The problem's referee and instance generator, where they lie beside the repository."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

SHARED = Path(os.environ.get("SHARED_DIR", Path(__file__).resolve().parents[1].parent / "shared"))


def load_module(name: str) -> ModuleType:
    """Return `problem/NAME.py`; the test is skipped where the problem's files are not at hand."""
    path = SHARED / "problem" / f"{name}.py"
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this repository (name its folder in SHARED_DIR)")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
