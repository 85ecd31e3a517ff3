"""Each plan is recomputed by the rules: by the engine's referee, and by another program where one is named."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from matching import Plan, check, instance_from_json, plan_from_json


class Judge:
    """The rules on one instance."""

    def __init__(self, path: Path, referee: Path | None) -> None:
        self._path = path
        self._referee = referee
        self.instance = instance_from_json(json.loads(path.read_text()))

    def judge(self, document: dict[str, Any]) -> tuple[Plan, list[str]]:
        """Return the plan that a document describes and each fault found in it."""
        plan = plan_from_json(document)
        faults = check(self.instance, plan)
        if self._referee is not None:
            faults += self._second_opinion(document)
        return plan, faults

    def _second_opinion(self, document: dict[str, Any]) -> list[str]:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(document, file)
            file.flush()
            command = [sys.executable, str(self._referee), str(self._path), file.name]
            referee = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - named by the user
        if referee.returncode == 0:
            return []
        said = (referee.stdout or referee.stderr).strip().splitlines() or ["it says nothing"]
        return [f"the referee {self._referee}: {line}" for line in (said[:-1] or said)]
