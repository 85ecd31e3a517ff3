from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="Recurrence")


@_attrs_define
class Recurrence:
    """On which days a trip recurs, at the same local time.

    Attributes:
        rrule (str): RFC 5545: FREQ (DAILY, WEEKLY, MONTHLY) with INTERVAL, COUNT or UNTIL, BYDAY, BYMONTHDAY, BYMONTH,
            BYSETPOS, WKST.
        timezone (str): Whose local time the trip keeps, also across a change of the clocks.
        except_ (list[datetime.date] | Unset): Local days without the trip.
    """

    rrule: str
    timezone: str
    except_: list[datetime.date] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        rrule = self.rrule

        timezone = self.timezone

        except_: list[str] | Unset = UNSET
        if not isinstance(self.except_, Unset):
            except_ = []
            for except_item_data in self.except_:
                except_item = except_item_data.isoformat()
                except_.append(except_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "rrule": rrule,
                "timezone": timezone,
            }
        )
        if except_ is not UNSET:
            field_dict["except"] = except_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        rrule = d.pop("rrule")

        timezone = d.pop("timezone")

        _except_ = d.pop("except", UNSET)
        except_: list[datetime.date] | Unset = UNSET
        if _except_ is not UNSET:
            except_ = []
            for except_item_data in _except_:
                except_item = datetime.date.fromisoformat(except_item_data)

                except_.append(except_item)

        recurrence = cls(
            rrule=rrule,
            timezone=timezone,
            except_=except_,
        )

        return recurrence
