"""When a trip recurs: a rule of RFC 5545 on the local calendar, with the days left out.

Rules are those of commutes: days, weeks or months, at most one occurrence a day. What could recur never (the 31st of
each second February) is refused, because nothing that looks for its next day would come to an end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, available_timezones

from dateutil.rrule import rrule as Rule  # noqa: N812 - it is a class
from dateutil.rrule import rrulestr
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

_DAY = "(?:MO|TU|WE|TH|FR|SA|SU)"
_FORMS = {
    "FREQ": "DAILY|WEEKLY|MONTHLY",
    "INTERVAL": "[1-9][0-9]?",
    "COUNT": "[1-9][0-9]{0,2}",
    "UNTIL": r"2[01]\d{6}(T\d{6}Z?)?",
    "BYDAY": f"(?:[+-]?[1-4])?{_DAY}(?:,(?:[+-]?[1-4])?{_DAY})*",
    "BYMONTHDAY": r"[+-]?(?:[1-9]|1\d|2[0-8])(?:,[+-]?(?:[1-9]|1\d|2[0-8]))*",
    "BYMONTH": r"(?:[1-9]|1[0-2])(?:,(?:[1-9]|1[0-2]))*",
    "BYSETPOS": "[+-]?[1-4]",
    "WKST": _DAY,
}
_MONTHLY_ALONE = ("BYMONTHDAY", "BYSETPOS")


class Recurrence(BaseModel):
    """On which days a trip recurs, at the same local time."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    rrule: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="RFC 5545: FREQ (DAILY, WEEKLY, MONTHLY) with INTERVAL, COUNT or UNTIL, BYDAY, BYMONTHDAY, "
        "BYMONTH, BYSETPOS, WKST.",
        examples=["FREQ=WEEKLY;BYDAY=MO,TU,TH"],
    )
    timezone: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(
        description="Whose local time the trip keeps, also across a change of the clocks.",
        examples=["Europe/Amsterdam"],
    )
    except_: Annotated[list[date], Field(max_length=366)] = Field(
        default=[], alias="except", description="Local days without the trip.", examples=[["2027-04-05"]]
    )

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value not in _timezones():
            raise ValueError("is no IANA time zone such as Europe/Amsterdam")
        return value

    @field_validator("rrule")
    @classmethod
    def _known_rule(cls, value: str) -> str:
        _refuse_odd(_parts(value))
        return value

    @model_validator(mode="after")
    def _ends_on_a_day_that_exists(self) -> Self:
        self.last_local()
        return self

    def zone(self) -> ZoneInfo:
        """Return the time zone."""
        return ZoneInfo(self.timezone)

    def last_local(self) -> datetime | None:
        """Return the local time after which nothing recurs: that of UNTIL, of a date alone the end of that day."""
        text = _parts(self.rrule).get("UNTIL")
        if text is None:
            return None
        try:
            if "T" not in text:
                return datetime.combine(datetime.strptime(text, "%Y%m%d").date(), time.max)  # noqa: DTZ007 - local
            local = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - local, or made so below
        except ValueError:
            raise ValueError("UNTIL is no day of the calendar") from None
        return local.replace(tzinfo=UTC).astimezone(self.zone()).replace(tzinfo=None) if text[-1] == "Z" else local

    def days(self, start: datetime, first: date, last: date) -> list[date]:
        """Return the days from `first` to `last` on which a trip recurs that starts at `start` (local, naive)."""
        found = self._rule(start).between(datetime.combine(first, time.min), datetime.combine(last, time.max), inc=True)
        return [at.date() for at in found if at.date() not in self.except_]

    def next_day(self, start: datetime, first: date) -> date | None:
        """Return the first day from `first` on that is not left out, None where there is none."""
        rule, at = self._rule(start), datetime.combine(first, time.min)
        found = rule.after(at, inc=True)
        while found is not None and found.date() in self.except_:
            found = rule.after(found)
        return None if found is None else found.date()

    def _rule(self, start: datetime) -> Rule:
        kept = ";".join(f"{name}={value}" for name, value in _parts(self.rrule).items() if name != "UNTIL")
        rule: Rule = rrulestr(kept, dtstart=start)
        last = self.last_local()
        return rule if last is None else rule.replace(until=last)


def at_local(day: date, at: time, days_later: int, zone: ZoneInfo) -> datetime:
    """Return the instant of a local time on a day, or some days later.

    As RFC 5545 has it (3.3.5): a time that the clocks skip is as far after midnight as it would have been, one that
    they repeat is its first. Both are what `fold` 0 means.
    """
    return datetime.combine(day + timedelta(days=days_later), at, tzinfo=zone).astimezone(UTC)


@cache
def _timezones() -> set[str]:
    return available_timezones()


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, _, value = part.partition("=")
        if name not in _FORMS or name in parts:
            raise ValueError(f"has to be parts {', '.join(_FORMS)}, each once, such as FREQ=WEEKLY;BYDAY=MO,TH")
        if not re.fullmatch(_FORMS[name], value, re.ASCII):
            raise ValueError(f"{name} has to be of the form {_FORMS[name]}")
        parts[name] = value
    return parts


def _refuse_odd(parts: Mapping[str, Any]) -> None:
    """Refuse what RFC 5545 does, and what might never recur."""
    monthly, often = parts.get("FREQ") == "MONTHLY", parts.get("INTERVAL", "1") != "1"
    with_number = {len(day) > len("MO") for day in parts.get("BYDAY", "").split(",")}
    numbered = True in with_number
    rules = (
        ("FREQ" not in parts, "FREQ is required"),
        ("COUNT" in parts and "UNTIL" in parts, "COUNT and UNTIL do not go together"),
        (not monthly and any(name in parts for name in _MONTHLY_ALONE), "BYMONTHDAY and BYSETPOS need FREQ=MONTHLY"),
        (not monthly and numbered, "a number before a day of BYDAY needs FREQ=MONTHLY"),
        (len(with_number) > 1, "of the days of BYDAY all have a number or none"),  # the library takes both for neither
        ("BYMONTHDAY" in parts and "BYDAY" in parts, "BYMONTHDAY and BYDAY do not go together"),
        ("BYSETPOS" in parts and ("BYDAY" not in parts or numbered), "BYSETPOS needs BYDAY without numbers"),
        (often and "BYMONTH" in parts, "BYMONTH needs INTERVAL=1"),
        (often and parts.get("FREQ") == "DAILY" and "BYDAY" in parts, "BYDAY with FREQ=DAILY needs INTERVAL=1"),
        (monthly and "BYMONTH" in parts and not {"BYDAY", "BYMONTHDAY"} & set(parts),
         "BYMONTH with FREQ=MONTHLY needs BYDAY or BYMONTHDAY"),
    )  # fmt: skip
    for broken, why in rules:
        if broken:
            raise ValueError(why)
