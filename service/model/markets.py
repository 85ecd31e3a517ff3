"""Markets: named areas, each matched by itself, and the list of those that are live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import StringConstraints

from service.clock import rfc3339
from service.ids import market_number
from service.model.deciding import AT_ONCE, Decide, decide_from
from service.model.meeting_points import NamedPoint, points_from_records
from service.model.partners import LIVE_MARKET
from service.settings import Settings

if TYPE_CHECKING:
    from service.model.areas import AreaIndex

NAME_FORM = r"^[a-z][a-z0-9-]{0,39}$"
MarketName = Annotated[str, StringConstraints(pattern=NAME_FORM)]
# Settings that a market may have its own of; `currency` beside them.
POLICY = ("batch_interval_s", "hold_s", "notice_s", "cost_per_km", "pool_bonus_s")


@dataclass(frozen=True, slots=True)
class Market:
    """A market. Without an `area` it takes what no other area takes.

    `number` is in the ids of its trips, matches and batches; `opens_at`: from when on it takes trips, by when every
    process knows of it; None: it always did. `neighbours`: markets whose left-over trips its batches may take.
    `fallback`: what is said to who loses their way back on the way: of label, phone and url. `meeting_points`: where
    its cars may stop for riders who walk.
    """

    name: str
    number: int
    timezone: str = "UTC"
    currency: str | None = None
    area: Mapping[str, Any] | None = None
    policy: Mapping[str, float] = field(default_factory=dict)
    decide: Decide = AT_ONCE
    fallback: Mapping[str, str] | None = None
    neighbours: tuple[str, ...] = ()
    opens_at: datetime | None = None
    meeting_points: tuple[NamedPoint, ...] = ()
    version: int = 0

    def takes_trips(self, now: datetime) -> bool:
        """Tell whether the market takes trips by now."""
        return self.opens_at is None or self.opens_at <= now

    @property
    def own_settings(self) -> dict[str, Any]:
        """What this market has its own of, by the names of the settings."""
        return {**self.policy} if self.currency is None else {**self.policy, "currency": self.currency}

    def settings(self, common: Settings) -> Settings:
        """Return the settings that hold in this market."""
        own = self.own_settings
        return common.model_copy(update=own) if own else common

    def document(self, common: Settings) -> dict[str, Any]:
        """Return the market as partners read it."""
        return {
            "name": self.name, "area": self.area, "timezone": self.timezone,
            "currency": self.settings(common).currency, "decide": self.decide.document(),
            "fallback": self.fallback and dict(self.fallback),
        }  # fmt: skip

    def record(self) -> dict[str, Any]:
        """Return the market as it is kept."""
        return {
            "name": self.name, "number": self.number, "timezone": self.timezone, "currency": self.currency,
            "area": self.area, "policy": dict(self.policy), "decide": self.decide.document(),
            "fallback": self.fallback and dict(self.fallback), "neighbours": list(self.neighbours),
            "opens_at": self.opens_at and rfc3339(self.opens_at),
            "meeting_points": [point.record() for point in self.meeting_points], "version": self.version,
        }  # fmt: skip


MAIN = Market(LIVE_MARKET, 0)  # until an operator says otherwise


def market_from_record(doc: Mapping[str, Any]) -> Market:
    """Return the market of its record."""
    return Market(
        name=doc["name"], number=int(doc["number"]), timezone=doc["timezone"], currency=doc["currency"],
        area=doc["area"], policy=dict(doc["policy"]), decide=decide_from(doc.get("decide")),
        fallback=doc.get("fallback"),
        neighbours=tuple(doc["neighbours"]),
        opens_at=datetime.fromisoformat(doc["opens_at"]) if doc["opens_at"] else None,
        meeting_points=points_from_records(doc.get("meeting_points", ())), version=int(doc["version"]),
    )  # fmt: skip


class Markets:
    """The live markets at some moment, by number; `main` is always among them."""

    def __init__(self, kept: Sequence[Market]) -> None:
        by_name = {MAIN.name: MAIN} | {market.name: market for market in kept}
        self._by_name = dict(sorted(by_name.items(), key=lambda pair: pair[1].number))
        self._by_number = {market.number: market for market in self._by_name.values()}

    def __iter__(self) -> Iterator[Market]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    @property
    def main(self) -> Market:
        """The market that there is always."""
        return self._by_name[LIVE_MARKET]

    def named(self, name: str) -> Market | None:
        """Return the market of a name."""
        return self._by_name.get(name)

    def meeting_points(self, market: Market) -> tuple[NamedPoint, ...]:
        """Return where a market's batches may let riders get in and out: its points and those of its neighbours."""
        beside = filter(None, map(self.named, market.neighbours))
        return (*market.meeting_points, *(point for neighbour in beside for point in neighbour.meeting_points))

    def of_id(self, id_: str) -> list[Market]:
        """Return where a trip, match or batch may be, the likeliest first.

        Ids made before they named a market name any, and are of `main`.
        """
        named = self._by_number.get(market_number(id_))
        return [self.main] if named is None or named is self.main else [named, self.main]

    def at(self, lat: float, lon: float, now: datetime) -> Market | None:
        """Return the market that takes trips from a place; None where none does."""
        found = int(self._areas.find([lat], [lon])[0]) if self._with_area else -1
        if found >= 0 and self._with_area[found].takes_trips(now):
            return self._with_area[found]
        return next((market for market in self if market.area is None and market.takes_trips(now)), None)

    @cached_property
    def _with_area(self) -> list[Market]:
        return [market for market in self if market.area is not None]

    @cached_property
    def _areas(self) -> AreaIndex:
        from service.model.areas import AreaIndex  # shapely: where there are no areas, nothing is loaded

        return AreaIndex([market.area for market in self._with_area if market.area is not None])
