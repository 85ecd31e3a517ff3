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
from service.api.market_metrics import market_metrics
from service.clock import rfc3339
from service.errors import StoreUnavailable
from service.settings import Settings
from service.store import batches
from service.usecases.context import Context

router = APIRouter(tags=["Operations"])
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{styles}; img-src 'self'{images}; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_DOCS_POLICY = _POLICY.format(styles=" 'unsafe-inline'", images=" data:")
_WHY_NONE_RAN = "is a matcher started? Its log has engine_ready once its engine is compiled"
_CONSOLE_POLICY = _POLICY.format(styles="", images="")


@router.get("/healthz", operation_id="healthz", summary="Alive")
async def healthz() -> dict[str, str]:
    """Answer while this process runs."""
    return {"status": "alive"}


@router.get(
    "/readyz", operation_id="readyz", summary="Ready: the store answers, the matcher is at work",
    responses={503: {"description": "Not ready; `checks` says why"}},
)  # fmt: skip
async def readyz(request: Request) -> Response:
    """Answer 200 when the store can be reached and a matcher's last round is fresh, 503 otherwise.

    `late_markets` names those whose own last round is not: their trouble is not that of the others.
    """
    checks, late = await _checks(context_of(request))
    ready = all(check == "ok" for check in checks.values())
    body = {"status": "ready" if ready else "not ready", "checks": checks, "late_markets": late}
    return Response(orjson.dumps(body), 200 if ready else 503, media_type="application/json")


async def _checks(context: Context) -> tuple[dict[str, str], list[str]]:
    try:
        await context.store.ready()
        markets = list(await context.markets.read(context.store))
        ticks = await batches.last_ticks(context.store, [market.name for market in markets])
    except StoreUnavailable as error:
        return {"store": str(error), "matcher": "unknown while the store is away"}, []
    now = context.clock.now()
    late = [
        market.name for market, tick in zip(markets, ticks, strict=True)
        if market.takes_trips(now) and (tick is None or now - tick > _late_after(market.settings(context.settings)))
    ]  # fmt: skip
    newest = max((tick for tick in ticks if tick is not None), default=None)
    if newest is None:
        return {"store": "ok", "matcher": f"has not run yet; {_WHY_NONE_RAN}"}, late
    if len(late) == len(markets):
        return {"store": "ok", "matcher": f"last ran at {rfc3339(newest)}; {_WHY_NONE_RAN}"}, late
    return {"store": "ok", "matcher": "ok"}, late


def _late_after(settings: Settings) -> timedelta:
    return timedelta(seconds=3 * settings.batch_interval_s + settings.batch_time_limit_s + 15)


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Answer all metrics of this machine's processes, and the store's of markets, in Prometheus's text format."""
    body = await run_in_threadpool(telemetry.exposition, await market_metrics(context_of(request)))
    return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/docs", include_in_schema=False)
async def docs() -> Response:
    """Answer the page that shows the API; it loads nothing from elsewhere."""
    page = files("service.web").joinpath("docs.html").read_bytes()
    return Response(page, media_type="text/html", headers={"Content-Security-Policy": _DOCS_POLICY})


@router.get("/console", include_in_schema=False)
async def console() -> Response:
    """Answer the operator's page; what it shows comes by an operator's key that is typed into it."""
    page = files("service.web").joinpath("console.html").read_bytes()
    headers = {
        "Content-Security-Policy": _CONSOLE_POLICY,
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return Response(page, media_type="text/html", headers=headers)
