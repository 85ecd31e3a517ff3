"""What the deliverer counts. Labels are few and fixed; no address, name or id is among them."""

from __future__ import annotations

from typing import get_args

from prometheus_client import Counter, Gauge, Histogram

from service.model.webhooks import DisabledReason
from service.store.deliveries import Verdict

RELAYED = Counter("carpool_outbox_relayed", "Events taken from an outbox into their log")
SET_ASIDE = Counter("carpool_outbox_set_aside", "Outbox entries that could not be relayed and wait for the operator")
DELIVERIES = Counter("carpool_deliveries", "Attempts to deliver, by what came of them", ["outcome"])
DELIVERY_SECONDS = Histogram(
    "carpool_delivery_seconds", "Time from the start of an attempt to the answer's status",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15),
)  # fmt: skip
EVENT_AGE_SECONDS = Histogram(
    "carpool_delivery_age_seconds", "Time from an event to its successful delivery",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600, 21_600, 86_400),
)  # fmt: skip
IN_FLIGHT = Gauge("carpool_deliveries_in_flight", "Attempts under way", multiprocess_mode="livesum")
DISABLED = Counter("carpool_endpoints_disabled", "Endpoints disabled by what they answered", ["reason"])
# Told of as 0 before there is one, as alerts need it.
for _outcome in get_args(Verdict):
    DELIVERIES.labels(_outcome)
for _reason in get_args(DisabledReason):
    DISABLED.labels(_reason)
