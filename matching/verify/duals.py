"""The duals of a certificate, checked against the instance: names, signs, sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from matching.model import Certificate, Cut, Instance

FINE = 256  # parts of a second that duals count in: their sums are exact


@dataclass
class Duals:
    """Duals in 1/256 s. ``fare``: of each offer, ``price``: of each request, with what their eithers and returns add.

    ``constant``: the sum of all duals whose rows allow one car. ``cuts``: the offers and requests of each, three
    together, and the dual.
    """

    fare: list[int]
    price: list[int]
    constant: int
    cuts: list[tuple[frozenset[int], frozenset[int], int]] = field(default_factory=list)


def duals_faults(instance: Instance, certificate: Certificate) -> list[str]:
    """Return a sentence for each dual that proves nothing: unknown names, wrong signs, parts below 1/256 s."""
    offers = {offer.id: bool(offer.committed) for offer in instance.offers}
    requests = dict.fromkeys((r.id for r in instance.requests), False)
    eithers = dict.fromkeys((t.either for t in instance.trips if t.either is not None), False)
    returns = dict.fromkeys((r.id for r in instance.requests if r.return_of is not None), True)
    faults = [
        *_faults("offer", certificate.offers, offers),
        *_faults("request", certificate.requests, requests),
        *_faults("either", certificate.eithers, eithers),
        *_faults("return", certificate.returns, returns),
    ]
    for cut in certificate.cuts:
        name = " ".join(cut.trips)
        faults += _faults("cut", {name: cut.dual}, {name: False})
        if len(set(cut.trips)) != 3 or any(trip not in requests and trip not in offers for trip in cut.trips):
            faults.append(f"the cut {name} is not of three different trips of the instance")
    return faults


def read_duals(instance: Instance, certificate: Certificate) -> Duals:
    """Return the duals of a certificate that has no faults."""
    number = {request.id: n for n, request in enumerate(instance.requests)}
    either = {name: _fine(dual) for name, dual in certificate.eithers.items()}
    fare = [_fine(certificate.offers.get(o.id, 0.0)) + either.get(o.either or "", 0) for o in instance.offers]
    price = [_fine(certificate.requests.get(r.id, 0.0)) + either.get(r.either or "", 0) for r in instance.requests]
    for n, request in enumerate(instance.requests):
        if request.return_of is not None:
            back = _fine(certificate.returns.get(request.id, 0.0))
            price[n] += back
            price[number[request.return_of]] -= back
    driver = {offer.id: n for n, offer in enumerate(instance.offers)}
    cuts = [(_among(driver, cut), _among(number, cut), _fine(cut.dual)) for cut in certificate.cuts]
    rows: Iterable[float] = (*certificate.offers.values(), *certificate.requests.values())
    constant = sum(_fine(dual) for dual in rows) + sum(either.values()) + sum(dual for *_, dual in cuts)
    return Duals(fare, price, constant, cuts)


def _among(number: dict[str, int], cut: Cut) -> frozenset[int]:
    return frozenset(number[trip] for trip in cut.trips if trip in number)


def _fine(dual: float) -> int:
    return int(dual * FINE)


def _faults(kind: str, duals: dict[str, float], known: dict[str, bool]) -> Iterator[str]:
    """Yield the faults of one kind of row; ``known`` says of each row whether its dual may be negative."""
    for name, dual in duals.items():
        if name not in known:
            yield f"the certificate names the {kind} {name}, which the instance has not"
        elif dual < 0 and not known[name]:
            yield f"the dual of {kind} {name} is {dual}, it must not be negative"
        if not (dual * FINE).is_integer():
            yield f"the dual of {kind} {name} is {dual}, no multiple of 1/256 s"
