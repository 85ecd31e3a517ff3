"""The bytes of a batch's certificate: instance, plan and duals in one document without names, gzipped.

In a certificate of coarse places the whole problem is coarse, and solved for itself: exact travel times would tell the
places, and the batch's plan and bound hold for no others.
"""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import TypeVar

import orjson
import structlog

from matching import Instance, Offer, Place, Plan, Request, certified_from_json, certified_to_json, disguise
from service.model.batches import Places
from service.processes import aside
from service.usecases.context import Context
from service.usecases.visibility import coarse, coarse_s

Trip = TypeVar("Trip", Offer, Request)
_LARGEST = 4  # of them at least find room in what a market's certificates may take
log = structlog.get_logger()


async def make_certificate(
    context: Context, batch_id: str, places: Places, instance: Instance, plan: Plan
) -> bytes | None:
    """Return the certificate of a batch with the places of this instance; None where it can not be made or kept.

    That costs nothing but the certificate, so no error is raised: the cars of the batch are proposed by now.
    """
    most = context.settings.certificates_bytes
    if most == 0:
        return None
    try:
        written = await aside(lambda: _write(batch_id, places, instance, plan))
    except Exception:
        log.exception("certificate_failed", batch=batch_id, places=places)
        return None
    if _LARGEST * len(written) > most:
        log.warning("certificate_too_large", batch=batch_id, places=places, bytes=len(written))
        return None
    return written


def _write(batch_id: str, places: Places, instance: Instance, plan: Plan) -> bytes:
    about = {"batch_id": batch_id, "places": places}
    return gzip.compress(orjson.dumps(about | certified_to_json(*disguise(instance, plan))), 6, mtime=0)


def coarse_instance(certificate: bytes) -> Instance:
    """Return the instance of a certificate with places on a ~500 m grid and times on one of 5 minutes.

    Commitments are left out: a promise made between exact places need not hold between coarse ones.
    """
    instance, _ = certified_from_json(orjson.loads(gzip.decompress(certificate)))
    return replace(
        instance,
        offers=tuple(replace(_coarse(offer), committed=()) for offer in instance.offers),
        requests=tuple(
            replace(_coarse(r), latest_pickup=None if r.latest_pickup is None else coarse_s(r.latest_pickup))
            for r in instance.requests
        ),
    )


def _coarse(trip: Trip) -> Trip:
    return replace(
        trip,
        origin=_coarse_place(trip.origin),
        destination=_coarse_place(trip.destination),
        earliest_departure=coarse_s(trip.earliest_departure),
        latest_arrival=coarse_s(trip.latest_arrival),
    )


def _coarse_place(place: Place) -> Place:
    lat, lon = coarse(place.lat, place.lon)
    return Place(lat=lat, lon=lon)
