"""Every error of the service is one documented problem."""

from __future__ import annotations

from pathlib import Path

from service import errors, secrets
from service.api import problems
from service.errors import CarpoolError


def family(kind: type[CarpoolError]) -> set[type[CarpoolError]]:
    return {kind}.union(*(family(child) for child in kind.__subclasses__()))


def test_every_error_has_a_problem() -> None:
    mapped = set(problems.OF_ERROR)
    ours = {kind for kind in family(CarpoolError) - {CarpoolError} if kind.__module__ == errors.__name__}
    unmapped = {kind.__name__ for kind in ours if not mapped & set(kind.__mro__)}
    assert errors.NotFound in mapped
    assert unmapped == set()


def test_every_problem_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "errors.md").read_text()
    known = [value for value in vars(problems).values() if isinstance(value, problems.Problem)]
    assert len(known) >= 14
    assert secrets.SecretUnreadable
    for problem in known:
        assert f"| `{problem.name}` | {problem.status} |" in page, problem.name
