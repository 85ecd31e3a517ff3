"""Alive, ready, metrics, and the page that shows the API."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files

import orjson
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from service import telemetry
from service.api.auth import context_of
from service.clock import rfc3339
from service.errors import StoreUnavailable
from service.model.partners import LIVE_MARKET
from service.store import batches
from service.usecases.context import Context

router = APIRouter(tags=["Operations"])
_DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


@router.get("/healthz", operation_id="healthz", summary="Alive")
async def healthz() -> dict[str, str]:
    """Answer while this process runs."""
    return {"status": "alive"}


@router.get(
    "/readyz", operation_id="readyz", summary="Ready: the store answers, the matcher is at work",
    responses={503: {"description": "Not ready; `checks` says why"}},
)  # fmt: skip
async def readyz(request: Request) -> Response:
    """Answer 200 when the store can be reached and the matcher's last round is fresh, 503 otherwise."""
    checks = await _checks(context_of(request))
    ready = all(check == "ok" for check in checks.values())
    body = {"status": "ready" if ready else "not ready", "checks": checks}
    return Response(orjson.dumps(body), 200 if ready else 503, media_type="application/json")


async def _checks(context: Context) -> dict[str, str]:
    try:
        await context.store.ready()
        tick = await batches.last_tick(context.store, LIVE_MARKET)
    except StoreUnavailable as error:
        return {"store": str(error), "matcher": "unknown while the store is away"}
    settings = context.settings
    late = timedelta(seconds=3 * settings.batch_interval_s + settings.batch_time_limit_s + 15)
    if tick is None:
        return {"store": "ok", "matcher": "has not run yet; is a matcher started?"}
    if context.clock.now() - tick > late:
        return {"store": "ok", "matcher": f"last ran at {rfc3339(tick)}; is a matcher started?"}
    return {"store": "ok", "matcher": "ok"}


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """Answer all metrics of this machine's processes in Prometheus's text format."""
    return Response(
        await run_in_threadpool(telemetry.exposition), media_type="text/plain; version=0.0.4; charset=utf-8"
    )


@router.get("/docs", include_in_schema=False)
async def docs() -> Response:
    """Answer the page that shows the API; it loads nothing from elsewhere."""
    page = files("service.web").joinpath("docs.html").read_bytes()
    return Response(page, media_type="text/html", headers={"Content-Security-Policy": _DOCS_POLICY})
