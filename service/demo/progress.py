"""The demo's stages on standard error, each with a bar and its time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from service.clock import monotonic_s
from service.demo.steps import Step


class Stages:
    """Shows stages while its context is open and keeps how long each took, by a short name, in `seconds`."""

    def __init__(self, console: Console, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓"), TextColumn("{task.description}"), BarColumn(24),
            MofNCompleteColumn(), TimeElapsedColumn(), console=console,
        )  # fmt: skip

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._progress.stop()

    @contextmanager
    def stage(self, name: str, label: str) -> Iterator[Step]:
        """Time a stage; it tells how far it is through what this yields."""
        task = self._progress.add_task(label, total=None)
        started_s = monotonic_s()

        def step(done: int, total: int) -> None:
            self._progress.update(task, completed=done, total=total)

        yield step
        self._seconds[name] = self._seconds.get(name, 0) + monotonic_s() - started_s
        total = next(shown.total for shown in self._progress.tasks if shown.id == task)
        done = 1 if total is None else int(total)
        step(done, done)
