"""What each person in a car has of what the car saves and costs, so that sums over people are those over cars.

The figures are those that everybody in the car may read: see `counted_savings`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from service.model.matches import MatchRecord, Party
from service.usecases.visibility import coarse_figure

SAVED = ("saved_s", "saved_m", "co2_saved_g")
MONEY = ("paid_", "received_")


def counted_savings(match: MatchRecord) -> dict[str, int]:
    """Return what a car saves as it is counted: where several partners' people are in it, rounded as strangers read it.

    An exact figure, or an even part of one, is an equation in places that a partner must not know.
    """
    exact = {name: int(getattr(match, name)) for name in SAVED}
    if len({party.partner_id for party in match.parties}) == 1:
        return exact
    return {name: coarse_figure(name, number) for name, number in exact.items()}


def person_shares(match: MatchRecord) -> Iterator[tuple[Party, Counter[str]]]:
    """Yield each party with its counts: ``drives`` or ``rides``, what it saves, what it pays and receives.

    All have the same part of what is saved, the driver what can not be divided. Amounts are in hundredths, under the
    currency: ``paid_EUR``, ``received_EUR``.
    """
    paid = {id_: int(Decimal(amount) * 100) for id_, amount in match.cost_shares.items()}
    people, saved = len(match.parties), counted_savings(match)
    for party in match.parties:
        drives = party is match.driver
        counts = Counter({"drives" if drives else "rides": 1})
        for name, number in saved.items():
            part, rest = divmod(number, people)
            counts[name] = part + (rest if drives else 0)
        if drives:
            counts[f"received_{match.currency}"] = sum(paid[rider.trip_id] for rider in match.riders)
        else:
            counts[f"paid_{match.currency}"] = paid[party.trip_id]
        yield party, counts
