"""Commands that a process has ready in one turn of its event loop go to the store together.

One write to the socket and one read of it serve all of them, and the store syncs its file once for all (group commit).
Nothing waits for company: what is ready alone goes alone. Commands stay independent, each gets its own answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

Command = TypeVar("Command")
_MOST = 128  # commands at once: a larger group makes its first wait for its last


class Together(Generic[Command]):
    """Joins what is asked for at once into one run of `run`, which answers each command, or gives its error for it.

    `where`: commands for which it differs go apart, so that none waits for another's server.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Command]], Awaitable[Sequence[Any]]],
        where: Callable[[Command], str] = lambda _: "",
    ) -> None:
        self._run = run
        self._where = where
        self._ready: list[tuple[Command, asyncio.Future[Any]]] = []
        self._under_way: set[asyncio.Task[None]] = set()

    async def ask(self, command: Command) -> Any:
        """Return a command's answer; an error among the answers is returned, one of the whole run is raised."""
        loop = asyncio.get_running_loop()
        if not self._ready:
            loop.call_soon(self._go)
        answer: asyncio.Future[Any] = loop.create_future()
        self._ready.append((command, answer))
        return await answer

    def _go(self) -> None:
        ready, self._ready = self._ready, []
        groups: dict[str, list[tuple[Command, asyncio.Future[Any]]]] = {}
        for one in ready:
            groups.setdefault(self._where(one[0]), []).append(one)
        for group in groups.values():
            for first in range(0, len(group), _MOST):
                task = asyncio.create_task(self._answer(group[first : first + _MOST]))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def _answer(self, group: Sequence[tuple[Command, asyncio.Future[Any]]]) -> None:
        wanted = [(command, answer) for command, answer in group if not answer.cancelled()]
        try:
            answers = await self._run([command for command, _ in wanted])
        except asyncio.CancelledError:
            for _, future in wanted:
                future.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - raised where the answers are awaited
            for _, future in wanted:
                if not future.done():
                    future.set_exception(error)
        else:
            for (_, future), answer in zip(wanted, answers, strict=True):
                if not future.done():  # who asked may have gone
                    future.set_result(answer)
