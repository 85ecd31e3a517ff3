"""How the demo calls the API: as a partner's server should, retrying what may be sent again."""

from __future__ import annotations

import asyncio
import json
import ssl
import uuid
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from service.demo.errors import DemoFailed

_AT_ONCE = 32
_TRIES = 6
_LONGEST_WAIT_S = 5.0
_PAGE = 500


class Api:
    """One key's view of the API. Raises DemoFailed where an answer is neither good nor worth another try."""

    def __init__(self, url: str, key: str) -> None:
        # A client of one connection each: the pool of a client with many looks at all of them at every request,
        # which cost 4 ms of CPU with 32 connections, against 1 ms. No proxy of the environment is used.
        context = ssl.create_default_context()
        self._clients = [
            httpx.AsyncClient(
                base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30, verify=context, trust_env=False,
                limits=httpx.Limits(max_connections=1),
            ) for _ in range(_AT_ONCE)
        ]  # fmt: skip
        self._idle: asyncio.LifoQueue[httpx.AsyncClient] = asyncio.LifoQueue()
        for client in self._clients:
            self._idle.put_nowait(client)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for client in self._clients:
            await client.aclose()

    async def get(self, path: str, **query: str | int) -> dict[str, Any]:
        """Return one resource or page."""
        return await self._send("GET", path, query)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Create or change something, once however often it has to be sent."""
        return await self._send("POST", path, {}, body, {"Idempotency-Key": str(uuid.uuid4())})

    async def items(self, path: str, **query: str | int) -> AsyncIterator[dict[str, Any]]:
        """Yield all items of a list, page after page."""
        page = await self.get(path, limit=_PAGE, **query)
        while True:
            for item in page["items"]:
                yield item
            if page["next_cursor"] is None:
                return
            page = await self.get(path, limit=_PAGE, cursor=page["next_cursor"], **query)

    async def _send(
        self, method: str, path: str, query: Mapping[str, str | int], body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        wrong = ""
        for tried in range(_TRIES):
            wait_s = 0.1 * 2**tried
            client = await self._idle.get()
            try:
                answer = await client.request(method, path, params=query, json=body, headers=headers)
            except httpx.TransportError as error:
                wrong = f"{type(error).__name__} {error}"
            else:
                if answer.is_success:
                    document: dict[str, Any] = json.loads(answer.content)
                    return document
                wrong = _told(answer)
                if answer.status_code not in (429, 503):
                    break
                wait_s = float(answer.headers.get("Retry-After", wait_s))
            finally:
                self._idle.put_nowait(client)
            await asyncio.sleep(min(wait_s, _LONGEST_WAIT_S))
        raise DemoFailed(f"{method} {path}: {wrong}")


def _told(answer: httpx.Response) -> str:
    """Return the problem (RFC 9457) in one line."""
    try:
        problem = answer.json()
        faults = "; ".join(f"{fault['pointer']} {fault['detail']}" for fault in problem.get("errors", []))
        return f"{answer.status_code} {problem['title']}: {problem['detail']} {faults}".strip()
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.text[:200]}"
