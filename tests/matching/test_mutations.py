"""The mutations of ``mutate_rules`` follow the engine's code: none of them aims at text that is gone."""

from __future__ import annotations

import pytest

from tests.matching.mutate_rules import ROOT, Mutation, read_mutations


@pytest.mark.parametrize("mutation", read_mutations(), ids=lambda mutation: f"{mutation.rule}: {mutation.what}")
def test_what_a_mutation_breaks_stands_once(mutation: Mutation) -> None:
    assert (ROOT / "matching" / mutation.file).read_text().count(mutation.old) == 1
    assert mutation.new != mutation.old
