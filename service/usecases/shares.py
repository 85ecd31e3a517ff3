"""What each person in a car has of what the car saves and costs, so that sums over people are those over cars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from service.model.matches import MatchRecord, Party

SAVED = ("saved_s", "saved_m", "co2_saved_g")
MONEY = ("paid_", "received_")


def person_shares(match: MatchRecord) -> Iterator[tuple[Party, Counter[str]]]:
    """Yield each party with its counts: ``drives`` or ``rides``, what it saves, what it pays and receives.

    All have the same part of what is saved, the driver what can not be divided. Amounts are in hundredths, under the
    currency: ``paid_EUR``, ``received_EUR``.
    """
    paid = {id_: int(Decimal(amount) * 100) for id_, amount in match.cost_shares.items()}
    people = len(match.parties)
    for party in match.parties:
        drives = party is match.driver
        counts = Counter({"drives" if drives else "rides": 1})
        for name in SAVED:
            part, rest = divmod(getattr(match, name), people)
            counts[name] = part + (rest if drives else 0)
        if drives:
            counts[f"received_{match.currency}"] = sum(paid[rider.trip_id] for rider in match.riders)
        else:
            counts[f"paid_{match.currency}"] = paid[party.trip_id]
        yield party, counts
