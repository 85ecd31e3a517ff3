"""What rides came to."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from service.api.answers import encode
from service.api.auth import Needs, context_of
from service.api.documented import answers
from service.api.queries import Day
from service.api.schemas.figures import Statistics
from service.model.markets import MarketName
from service.model.partners import Caller
from service.model.trips import CommuterId, Tag
from service.usecases.statistics import Which, market_figures, own_figures

router = APIRouter(prefix="/v1/statistics", tags=["Statistics"])


class StatisticsQuery(BaseModel):
    """Whose figures, and of which days."""

    model_config = ConfigDict(extra="forbid")

    of: Literal["own", "market"] = Field("own", description="Your people, or everybody's (scope `operator`).")
    commuter: CommuterId | None = Field(None, description="Of one of your commuters: what is still kept of them.")
    community: Tag | None = Field(None, description="Of your people whose trips named this community.")
    first_day: Day | None = Field(None, description="In the market's timezone.", examples=["2027-03-01"])
    last_day: Day | None = Field(None, description="Counted, too.", examples=["2027-03-31"])
    market: MarketName | None = Field(None, description="Of this market alone.")


@router.get(
    "", operation_id="get_statistics", summary="What rides came to, by day", responses=answers(Statistics)
)  # fmt: skip
async def get_statistics(
    request: Request,
    caller: Annotated[Caller, Depends(Needs("matches:read", "operator"))],
    query: Annotated[StatisticsQuery, Query()],
) -> Response:
    """Return rides, savings and costs by the day of departure, of agreed cars, also of those that were dropped since.

    What a car saves is divided evenly among the people in it, so that figures of partners, commuters and days add up.
    Where these are of several partners, it is rounded first as strangers read it in the match.
    """
    which = Which(query.commuter, query.community, query.first_day, query.last_day, query.market)
    figures = own_figures if query.of == "own" else market_figures
    return Response(encode(await figures(context_of(request), caller, which)), media_type="application/json")
