"""A certificate, the duals behind a bound, to JSON values and back."""

from __future__ import annotations

from typing import Any

from matching.codec.fields import Fields, number_at, text_at
from matching.model import Certificate, Cut, InvalidInstance

_MAX_DUAL_S = 1e12  # far above any car's score, and still exact in doubles when a thousand are added up


def certificate_to_json(certificate: Certificate) -> dict[str, Any]:
    """Return the JSON document of a certificate: seconds by id, 0 where a row is not named."""
    return {
        "offers": dict(certificate.offers),
        "requests": dict(certificate.requests),
        "eithers": dict(certificate.eithers),
        "returns": dict(certificate.returns),
        "cuts": [{"trips": list(cut.trips), "dual": cut.dual} for cut in certificate.cuts],
    }


def read_certificate(fields: Fields) -> Certificate:
    """Return the certificate that an object describes; whether its names are known is for ``verify`` to say."""

    def duals(name: str) -> dict[str, float]:
        return fields.optional(name, lambda given: _duals(fields, given), {})

    certificate = Certificate(
        offers=duals("offers"),
        requests=duals("requests"),
        eithers=duals("eithers"),
        returns=duals("returns"),
        cuts=fields.optional("cuts", lambda name: tuple(_cut(Fields(v, p)) for p, v in fields.items(name)), ()),
    )
    fields.done()
    return certificate


def _duals(fields: Fields, name: str) -> dict[str, float]:
    values = fields.take(name)
    inner = Fields(values, fields.at(name))
    return {key: _dual(value, inner.at(key)) for key, value in values.items()}


def _dual(value: object, pointer: str) -> float:
    return number_at(value, pointer, -_MAX_DUAL_S, _MAX_DUAL_S)


def _cut(fields: Fields) -> Cut:
    trips = [text_at(value, pointer) for pointer, value in fields.items("trips")]
    if len(trips) != 3:
        raise InvalidInstance(fields.at("trips"), f"must be an array of three ids, not of {len(trips)}")
    cut = Cut((trips[0], trips[1], trips[2]), _dual(fields.take("dual"), fields.at("dual")))
    fields.done()
    return cut
