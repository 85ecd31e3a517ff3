"""The whole store, checked: what is derived is held against what it is derived from, and mended if asked."""

from __future__ import annotations

from collections import Counter

from service.errors import Damaged
from service.store.checks.everything import go_through
from service.store.checks.reading import Pass
from service.store.checks.report import Report
from service.usecases import answers
from service.usecases.context import Context
from service.usecases.market_checks import check_markets

_MOST_PASSES = 5


async def check_up(context: Context) -> Report:
    """Check the whole store and change nothing. Raises StoreUnavailable."""
    return await _go_through(context, mend=False)


async def mend(context: Context) -> Report:
    """Check and mend until nothing more can be mended; what the report calls wrong is left. Raises StoreUnavailable.

    One thing mended may show another: an index that had to be made anew lacks those that were judged before.
    """
    mended = Counter[str]()
    for _ in range(_MOST_PASSES):
        report = await _go_through(context, mend=True)
        mended.update({check.name: check.mended for check in report.checks})
        if not report.mended:
            break
    for check in report.checks:
        check.mended = mended[check.name]
    return report


async def _go_through(context: Context, *, mend: bool) -> Report:
    on = Pass(context.store, mend, context.clock.now(), Report())

    async def end_torn(market: str, match_id: str) -> None:
        if not mend:
            return
        try:
            if await answers.end_torn(context, market, match_id):
                on.report.mended_later("cars")
        except Damaged:
            return  # as is written down; what goes with it can not be judged yet

    used = await go_through(on, end_torn)
    await check_markets(on, used)
    return on.report
