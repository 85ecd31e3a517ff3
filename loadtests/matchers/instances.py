"""Instances by file, or drawn by a generator that lives elsewhere."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


class NotDrawn(Exception):
    """The generator gave no instance."""


@dataclass(frozen=True)
class Drawing:
    """What the generator is asked for: ``amsterdam:1000:101`` or ``toronto:3000:7:rich``."""

    city: str
    trips: int
    seed: int
    rich: bool

    @classmethod
    def parse(cls, text: str) -> Drawing:
        """Return what a text asks for.

        Raises
        ------
        ValueError
            If it is not ``city:trips:seed`` or ``city:trips:seed:rich``.
        """
        city, trips, seed, *rest = text.split(":")
        if rest not in ([], ["rich"]) or not city or int(trips) < 1:
            raise ValueError(text)
        return cls(city, int(trips), int(seed), bool(rest))

    @property
    def name(self) -> str:
        """What tables call it."""
        return "-".join([self.city, str(self.trips), str(self.seed), *(["rich"] if self.rich else [])])


def draw(drawing: Drawing, generator: Path, folder: Path) -> Path:
    """Return a file with the instance, which the generator prints."""
    command = [sys.executable, str(generator), str(drawing.trips), "--seed", str(drawing.seed), "--city", drawing.city]
    command += ["--rich"] if drawing.rich else []
    drawn = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - named by the user
    if drawn.returncode != 0:
        raise NotDrawn(f"{' '.join(command)}: {(drawn.stderr.strip() or 'it failed').splitlines()[-1]}")
    path = folder / f"{drawing.name}.json"
    path.write_text(drawn.stdout)
    return path
