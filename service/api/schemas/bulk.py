"""What routes that post many trips take and answer."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from service.api.schemas.base import Answered, ProblemBody
from service.errors import Invalid
from service.model.faults import faults_of
from service.model.trips import Draft, Kind, OfferDraft, RequestDraft

MOST_ITEMS = 1000
Posted = TypeVar("Posted")


def _judged(item: Any, judge: ValidatorFunctionWrapHandler) -> Any:
    """Return an item, or what is wrong with it: one never stops the others."""
    try:
        return judge(item)
    except ValidationError as error:
        return Invalid(*faults_of(error))


class _Bulk(BaseModel, Generic[Posted]):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, arbitrary_types_allowed=True)

    items: Annotated[list[Annotated[Posted, WrapValidator(_judged)]], Field(min_length=1, max_length=MOST_ITEMS)]

    @property
    def drafts(self) -> list[Draft | Invalid]:
        """The items, each as it was read or with what is wrong with it."""
        return list(self.items)  # type: ignore[arg-type]


class BulkOffers(_Bulk[OfferDraft]):
    """Offers to be posted, each by itself."""


class BulkRequests(_Bulk[RequestDraft]):
    """Requests to be posted, each by itself."""


BULKS: dict[Kind, type[BulkOffers] | type[BulkRequests]] = {"offer": BulkOffers, "request": BulkRequests}


class BulkPosted(Answered):
    """An item that was posted."""

    status: Literal[201]
    id: str = Field(description="Of the trip, or with a `recurrence` of the series.")


class BulkRefused(Answered):
    """An item that was not posted."""

    status: int = Field(description="What posting it alone would answer: 422, 409, 503 …", examples=[422])
    problem: ProblemBody


class BulkAnswer(Answered):
    """What became of each item, in the order in which they came."""

    items: list[BulkPosted | BulkRefused]
