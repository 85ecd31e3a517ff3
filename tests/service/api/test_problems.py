"""Every error of the service is one documented problem."""

from __future__ import annotations

from pathlib import Path

from service import errors, secrets
from service.api import problems
from service.api.schemas import ProblemBody
from service.errors import CarpoolError

PAGES = Path(__file__).parents[3] / "docs" / "errors"


def family(kind: type[CarpoolError]) -> set[type[CarpoolError]]:
    return {kind}.union(*(family(child) for child in kind.__subclasses__()))


def test_every_error_has_a_problem() -> None:
    mapped = set(problems.OF_ERROR)
    ours = {kind for kind in family(CarpoolError) - {CarpoolError} if kind.__module__ == errors.__name__}
    unmapped = {kind.__name__ for kind in ours if not mapped & set(kind.__mro__)}
    assert errors.NotFound in mapped
    assert unmapped == set()


def test_every_problem_has_a_page_that_its_type_names_and_no_page_has_none() -> None:
    known = {value.name: value for value in vars(problems).values() if isinstance(value, problems.Problem)}
    assert len(known) >= 14
    assert secrets.SecretUnreadable
    assert {page.stem for page in PAGES.glob("*.md")} == {"README", *known}
    index = (PAGES / "README.md").read_text()
    for name, problem in known.items():
        assert f"| [`{name}`]({name}.md) | {problem.status} |" in index, name
        page = (PAGES / f"{name}.md").read_text()
        assert page.startswith(f"# {name} ({problem.status})\n"), name
        assert "**What to do.**" in page, name
        example = ProblemBody.model_validate_json(page.partition("```json\n")[2].partition("```")[0])
        assert (example.type, example.title, example.status) == (problems.BASE + name, problem.title, problem.status)
