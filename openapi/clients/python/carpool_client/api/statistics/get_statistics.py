import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_statistics_of import GetStatisticsOf
from ...models.problem_body import ProblemBody
from ...models.statistics import Statistics
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    of: GetStatisticsOf | Unset = GetStatisticsOf.OWN,
    commuter: str | Unset = UNSET,
    community: str | Unset = UNSET,
    first_day: datetime.date | Unset = UNSET,
    last_day: datetime.date | Unset = UNSET,
    market: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_of: str | Unset = UNSET
    if not isinstance(of, Unset):
        json_of = of.value

    params["of"] = json_of

    params["commuter"] = commuter

    params["community"] = community

    json_first_day: str | Unset = UNSET
    if not isinstance(first_day, Unset):
        json_first_day = first_day.isoformat()
    params["first_day"] = json_first_day

    json_last_day: str | Unset = UNSET
    if not isinstance(last_day, Unset):
        json_last_day = last_day.isoformat()
    params["last_day"] = json_last_day

    params["market"] = market

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/statistics",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ProblemBody | Statistics | None:
    if response.status_code == 200:
        response_200 = Statistics.from_dict(response.json())

        return response_200

    if response.status_code == 401:
        response_401 = ProblemBody.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ProblemBody.from_dict(response.json())

        return response_403

    if response.status_code == 422:
        response_422 = ProblemBody.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = ProblemBody.from_dict(response.json())

        return response_429

    if response.status_code == 503:
        response_503 = ProblemBody.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ProblemBody | Statistics]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    of: GetStatisticsOf | Unset = GetStatisticsOf.OWN,
    commuter: str | Unset = UNSET,
    community: str | Unset = UNSET,
    first_day: datetime.date | Unset = UNSET,
    last_day: datetime.date | Unset = UNSET,
    market: str | Unset = UNSET,
) -> Response[ProblemBody | Statistics]:
    """What rides came to, by day

     Return rides, savings and costs by the day of departure, of agreed cars, also of those that were
    dropped since.

    What a car saves is divided evenly among the people in it, so that figures of partners, commuters
    and days add up.
    Where these are of several partners, it is rounded first as strangers read it in the match.

    Args:
        of (GetStatisticsOf | Unset): Your people, or everybody's (scope `operator`). Default:
            GetStatisticsOf.OWN.
        commuter (str | Unset): Of one of your commuters: what is still kept of them.
        community (str | Unset): Of your people whose trips named this community.
        first_day (datetime.date | Unset): In the market's timezone.
        last_day (datetime.date | Unset): Counted, too.
        market (str | Unset): Of this market alone.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | Statistics]
    """

    kwargs = _get_kwargs(
        of=of,
        commuter=commuter,
        community=community,
        first_day=first_day,
        last_day=last_day,
        market=market,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    of: GetStatisticsOf | Unset = GetStatisticsOf.OWN,
    commuter: str | Unset = UNSET,
    community: str | Unset = UNSET,
    first_day: datetime.date | Unset = UNSET,
    last_day: datetime.date | Unset = UNSET,
    market: str | Unset = UNSET,
) -> ProblemBody | Statistics | None:
    """What rides came to, by day

     Return rides, savings and costs by the day of departure, of agreed cars, also of those that were
    dropped since.

    What a car saves is divided evenly among the people in it, so that figures of partners, commuters
    and days add up.
    Where these are of several partners, it is rounded first as strangers read it in the match.

    Args:
        of (GetStatisticsOf | Unset): Your people, or everybody's (scope `operator`). Default:
            GetStatisticsOf.OWN.
        commuter (str | Unset): Of one of your commuters: what is still kept of them.
        community (str | Unset): Of your people whose trips named this community.
        first_day (datetime.date | Unset): In the market's timezone.
        last_day (datetime.date | Unset): Counted, too.
        market (str | Unset): Of this market alone.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | Statistics
    """

    return sync_detailed(
        client=client,
        of=of,
        commuter=commuter,
        community=community,
        first_day=first_day,
        last_day=last_day,
        market=market,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    of: GetStatisticsOf | Unset = GetStatisticsOf.OWN,
    commuter: str | Unset = UNSET,
    community: str | Unset = UNSET,
    first_day: datetime.date | Unset = UNSET,
    last_day: datetime.date | Unset = UNSET,
    market: str | Unset = UNSET,
) -> Response[ProblemBody | Statistics]:
    """What rides came to, by day

     Return rides, savings and costs by the day of departure, of agreed cars, also of those that were
    dropped since.

    What a car saves is divided evenly among the people in it, so that figures of partners, commuters
    and days add up.
    Where these are of several partners, it is rounded first as strangers read it in the match.

    Args:
        of (GetStatisticsOf | Unset): Your people, or everybody's (scope `operator`). Default:
            GetStatisticsOf.OWN.
        commuter (str | Unset): Of one of your commuters: what is still kept of them.
        community (str | Unset): Of your people whose trips named this community.
        first_day (datetime.date | Unset): In the market's timezone.
        last_day (datetime.date | Unset): Counted, too.
        market (str | Unset): Of this market alone.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | Statistics]
    """

    kwargs = _get_kwargs(
        of=of,
        commuter=commuter,
        community=community,
        first_day=first_day,
        last_day=last_day,
        market=market,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    of: GetStatisticsOf | Unset = GetStatisticsOf.OWN,
    commuter: str | Unset = UNSET,
    community: str | Unset = UNSET,
    first_day: datetime.date | Unset = UNSET,
    last_day: datetime.date | Unset = UNSET,
    market: str | Unset = UNSET,
) -> ProblemBody | Statistics | None:
    """What rides came to, by day

     Return rides, savings and costs by the day of departure, of agreed cars, also of those that were
    dropped since.

    What a car saves is divided evenly among the people in it, so that figures of partners, commuters
    and days add up.
    Where these are of several partners, it is rounded first as strangers read it in the match.

    Args:
        of (GetStatisticsOf | Unset): Your people, or everybody's (scope `operator`). Default:
            GetStatisticsOf.OWN.
        commuter (str | Unset): Of one of your commuters: what is still kept of them.
        community (str | Unset): Of your people whose trips named this community.
        first_day (datetime.date | Unset): In the market's timezone.
        last_day (datetime.date | Unset): Counted, too.
        market (str | Unset): Of this market alone.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | Statistics
    """

    return (
        await asyncio_detailed(
            client=client,
            of=of,
            commuter=commuter,
            community=community,
            first_day=first_day,
            last_day=last_day,
            market=market,
        )
    ).parsed
