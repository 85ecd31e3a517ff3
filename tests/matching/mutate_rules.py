"""Breaks each rule of the problem in the engine's code in turn, and says which test notices.

Run by hand from the root of the repository: ``python -m tests.matching.mutate_rules [WORD ...]``. The mutations are in
``mutations.txt``: a line with the rule, what is broken and the file in ``matching/``, then the text that stands there
once (-) and what it becomes (+). Each is made in a copy of the tree, where the engine's tests run until one fails;
words choose the mutations whose line holds one of them. First the kernels run as plain Python, which is quicker than
compiling them anew; what survives that meets all the tests, compiled. Exits with 1 if a mutation survives.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
QUICK = ["test_rules", "test_brute_force", "test_candidates", "test_check"]
ALL = [
    "test_pricing",
    *QUICK,
    "test_short_time",
    "test_cuts",
    "test_hostile",
    "test_second_formulation",
    "test_generator",
]
NO_SHRINKING = """
from hypothesis import Phase, settings
settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None)
settings.load_profile("mutants")
"""
PLAIN_PYTHON = """
def kernel(function):
    function.py_func = function
    return function
"""


class Mutation(NamedTuple):
    """``old`` stands once in ``matching/FILE`` and becomes ``new``."""

    rule: str
    what: str
    file: str
    old: str
    new: str


def read_mutations() -> list[Mutation]:
    mutations = []
    for block in Path(__file__).with_name("mutations.txt").read_text().strip().split("\n\n"):
        head, *lines = block.split("\n")
        rule, what, file = re.fullmatch(r"(.+?): (.+) \((\w+\.py)\)", head).groups()  # type: ignore[union-attr]
        old, new = ("\n".join(line[1:] for line in lines if line[0] == sign) for sign in "-+")
        mutations.append(Mutation(rule, what, file, old, new))
    return mutations


def first_failure(mutation: Mutation | None) -> str | None:
    """Return the test that fails on a tree with a mutation, or without one; None where none does."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as directory:
        tree = Path(directory)
        kept = shutil.ignore_patterns("__pycache__", ".hypothesis")
        for folder in ("matching", "service", "tests"):
            shutil.copytree(ROOT / folder, tree / folder, ignore=kept)
        shutil.copy(ROOT / "pyproject.toml", tree)
        (tree / "tests/matching/conftest.py").write_text(NO_SHRINKING)
        if mutation:
            mutate(tree / "matching" / mutation.file, mutation)
        compiled = (tree / "matching/jit.py").read_text()
        (tree / "matching/jit.py").write_text(PLAIN_PYTHON)
        failed = run_tests(tree, QUICK)
        (tree / "matching/jit.py").write_text(compiled)
        return failed or (run_tests(tree, ALL) if mutation else None)


def mutate(source: Path, mutation: Mutation) -> None:
    text = source.read_text()
    if text.count(mutation.old) != 1:
        raise SystemExit(f"matching/{mutation.file} has {mutation.old!r} {text.count(mutation.old)} times, not once")
    source.write_text(text.replace(mutation.old, mutation.new))


def run_tests(tree: Path, names: list[str]) -> str | None:
    """Return the first test of these files that fails."""
    run = subprocess.run(
        # Plain Python warns where numbers wrap round that nobody reads; compiled kernels do not.
        [sys.executable, "-m", "pytest", "-n", "0", "-x", "-W", "ignore:overflow encountered:RuntimeWarning"]
        + [f"tests/matching/{name}.py" for name in names],
        cwd=tree,
        env={"SHARED_DIR": str(ROOT.parent / "shared"), **os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.search(r"^(?:FAILED|ERROR) \S*?\.py::(\w+(?:\[[^\]]*\])?)", run.stdout, re.MULTILINE)
    if run.returncode == 0:
        return None
    return failed[1] if failed else f"? {(run.stdout + run.stderr)[-200:]!r}"


def main(words: list[str]) -> int:
    survivors = 0
    if failed := first_failure(None):
        raise SystemExit(f"{failed} fails without a mutation")
    print("| rule | mutation | first test that fails | s |\n|---|---|---|---|")
    for mutation in read_mutations():
        line = f"| {mutation.rule} | {mutation.what} (`{mutation.file}`) |"
        if words and not any(word in line for word in words):
            continue
        start = time.monotonic()
        failed = first_failure(mutation)
        survivors += failed is None
        print(line, f"{failed or '**survives**'} | {time.monotonic() - start:.0f} |", flush=True)
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
