"""Carries one claimed delivery to its endpoint: unseal the secret, sign, post, judge."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import structlog

from service import tracing
from service.clock import Clock, monotonic_s, to_ms
from service.delivery import metrics
from service.delivery.attempt import Outcome, Sender
from service.delivery.lanes import Lane
from service.delivery.schedule import retry_after_s
from service.delivery.sign import signed_headers
from service.delivery.verdicts import judge, postpone
from service.model.webhooks import Claimed
from service.secrets import Cipher, SecretUnreadable
from service.store.deliveries import Settlement

_LONGEST_WAIT_S = 2.0  # behind others of its lane
_PAUSE_S = 60.0
_random = secrets.SystemRandom()
log = structlog.get_logger()


class Courier:
    """Makes attempts."""

    def __init__(self, clock: Clock, cipher: Cipher, sender: Sender, schedule_s: Sequence[float]) -> None:
        self._clock = clock
        self._cipher = cipher
        self._sender = sender
        self._schedule_s = schedule_s

    async def attempt(self, claimed: Claimed, lane: Lane, world: Clock) -> Settlement:
        """Make one attempt and return what the store is to be told; the lane takes note of how it went.

        `world` tells the time of the log; it is signed with the machine's, which receivers compare with their own.
        """
        try:
            signing = claimed.endpoint.signing_at(to_ms(world.now()))
            keys = [self._cipher.open(sealed) for sealed in signing]
        except SecretUnreadable as error:
            log.error("secret_unreadable", endpoint=claimed.endpoint.id, error=str(error))
            lane.failed(monotonic_s(), _spread())
            return postpone(claimed, world.now(), _PAUSE_S)
        claimed_s = monotonic_s()
        async with lane.gate:
            if monotonic_s() - claimed_s > _LONGEST_WAIT_S:
                return postpone(claimed, world.now(), 0)  # those before it took long; its lease would not do
            at = world.now()
            body = claimed.payload()
            headers = signed_headers(claimed.event_id, self._clock.now(), body, keys)
            with tracing.effect(
                "webhook", [claimed.trace], "client", event=claimed.event_id, event_type=claimed.type,
                endpoint=claimed.endpoint.id, attempt=claimed.attempts + 1,
            ) as span:  # fmt: skip
                outcome = await self._sender.post(claimed.endpoint.id, claimed.endpoint.url, headers, body)
                span.set(status=outcome.status, error=outcome.error)
        asked_s = retry_after_s(outcome.retry_after, self._clock.now())
        settlement = judge(claimed, outcome, at, world.now(), asked_s, _random.random(), self._schedule_s)
        self._take_note(lane, settlement, outcome, asked_s)
        return settlement

    def _take_note(self, lane: Lane, settlement: Settlement, outcome: Outcome, asked_s: float | None) -> None:
        metrics.DELIVERIES.labels(settlement.verdict).inc()
        metrics.DELIVERY_SECONDS.observe(outcome.latency_ms / 1000)
        if settlement.verdict == "succeeded":
            lane.succeeded(outcome.latency_ms / 1000)
            metrics.EVENT_AGE_SECONDS.observe(max(0, to_ms(settlement.at) - settlement.claimed.logged_ms) / 1000)
            return
        lane.failed(monotonic_s(), _spread())
        if outcome.status in (429, 503) and asked_s:
            lane.pause(monotonic_s(), asked_s)
        log.info(
            "delivery_not_taken", endpoint=settlement.claimed.endpoint.id, delivery=settlement.claimed.delivery_id,
            attempt=settlement.claimed.attempts + 1, status=outcome.status, error=outcome.error,
            latency_ms=outcome.latency_ms, verdict=settlement.verdict,
        )  # fmt: skip


def _spread() -> float:
    return 0.5 + _random.random() / 2
