"""What statistics answer, for the OpenAPI document."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from service.api.schemas.base import Answered


class Costs(Answered):
    """What was paid, in one currency."""

    currency: str
    paid: str = Field(description="By riders to drivers. Decimal, as text.", examples=["2.35"])
    received: str = Field(description="By drivers from riders.")


class Figures(Answered):
    """What rides came to. A car's savings are divided evenly among its people, rounded where of several partners."""

    drives: int
    rides: int
    saved_s: int = Field(description="Driving saved.")
    saved_m: int
    co2_saved_g: int
    costs: list[Costs]


class DayFigures(Figures):
    """What the rides of a day came to."""

    day: date


class Statistics(Answered):
    """What rides came to, by day and in all."""

    items: list[DayFigures]
    totals: Figures
    complete: bool = Field(description="False where so many matches are kept that only the newest are counted.")
