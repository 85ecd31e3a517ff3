import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.list_offers_status_type_0 import ListOffersStatusType0
from ...models.listed_offer import ListedOffer
from ...models.problem_body import ProblemBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    limit: int | Unset = 50,
    cursor: None | str | Unset = UNSET,
    since: datetime.datetime | None | Unset = UNSET,
    status: ListOffersStatusType0 | None | Unset = UNSET,
    commuter: None | str | Unset = UNSET,
    external_id: None | str | Unset = UNSET,
    series: None | str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    json_cursor: None | str | Unset
    if isinstance(cursor, Unset):
        json_cursor = UNSET
    else:
        json_cursor = cursor
    params["cursor"] = json_cursor

    json_since: None | str | Unset
    if isinstance(since, Unset):
        json_since = UNSET
    elif isinstance(since, datetime.datetime):
        json_since = since.isoformat()
    else:
        json_since = since
    params["since"] = json_since

    json_status: None | str | Unset
    if isinstance(status, Unset):
        json_status = UNSET
    elif isinstance(status, ListOffersStatusType0):
        json_status = status.value
    else:
        json_status = status
    params["status"] = json_status

    json_commuter: None | str | Unset
    if isinstance(commuter, Unset):
        json_commuter = UNSET
    else:
        json_commuter = commuter
    params["commuter"] = json_commuter

    json_external_id: None | str | Unset
    if isinstance(external_id, Unset):
        json_external_id = UNSET
    else:
        json_external_id = external_id
    params["external_id"] = json_external_id

    json_series: None | str | Unset
    if isinstance(series, Unset):
        json_series = UNSET
    else:
        json_series = series
    params["series"] = json_series

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/offers",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ListedOffer | ProblemBody | None:
    if response.status_code == 200:
        response_200 = ListedOffer.from_dict(response.json())

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
) -> Response[ListedOffer | ProblemBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: None | str | Unset = UNSET,
    since: datetime.datetime | None | Unset = UNSET,
    status: ListOffersStatusType0 | None | Unset = UNSET,
    commuter: None | str | Unset = UNSET,
    external_id: None | str | Unset = UNSET,
    series: None | str | Unset = UNSET,
) -> Response[ListedOffer | ProblemBody]:
    """List your offers

    Args:
        limit (int | Unset):  Default: 50.
        cursor (None | str | Unset): `next_cursor` of the page before.
        since (datetime.datetime | None | Unset): Only what was made at or after this time.
        status (ListOffersStatusType0 | None | Unset):
        commuter (None | str | Unset):
        external_id (None | str | Unset): Your own id of the trip.
        series (None | str | Unset): Only the trips of this series.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ListedOffer | ProblemBody]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        since=since,
        status=status,
        commuter=commuter,
        external_id=external_id,
        series=series,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: None | str | Unset = UNSET,
    since: datetime.datetime | None | Unset = UNSET,
    status: ListOffersStatusType0 | None | Unset = UNSET,
    commuter: None | str | Unset = UNSET,
    external_id: None | str | Unset = UNSET,
    series: None | str | Unset = UNSET,
) -> ListedOffer | ProblemBody | None:
    """List your offers

    Args:
        limit (int | Unset):  Default: 50.
        cursor (None | str | Unset): `next_cursor` of the page before.
        since (datetime.datetime | None | Unset): Only what was made at or after this time.
        status (ListOffersStatusType0 | None | Unset):
        commuter (None | str | Unset):
        external_id (None | str | Unset): Your own id of the trip.
        series (None | str | Unset): Only the trips of this series.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ListedOffer | ProblemBody
    """

    return sync_detailed(
        client=client,
        limit=limit,
        cursor=cursor,
        since=since,
        status=status,
        commuter=commuter,
        external_id=external_id,
        series=series,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: None | str | Unset = UNSET,
    since: datetime.datetime | None | Unset = UNSET,
    status: ListOffersStatusType0 | None | Unset = UNSET,
    commuter: None | str | Unset = UNSET,
    external_id: None | str | Unset = UNSET,
    series: None | str | Unset = UNSET,
) -> Response[ListedOffer | ProblemBody]:
    """List your offers

    Args:
        limit (int | Unset):  Default: 50.
        cursor (None | str | Unset): `next_cursor` of the page before.
        since (datetime.datetime | None | Unset): Only what was made at or after this time.
        status (ListOffersStatusType0 | None | Unset):
        commuter (None | str | Unset):
        external_id (None | str | Unset): Your own id of the trip.
        series (None | str | Unset): Only the trips of this series.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ListedOffer | ProblemBody]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        since=since,
        status=status,
        commuter=commuter,
        external_id=external_id,
        series=series,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: None | str | Unset = UNSET,
    since: datetime.datetime | None | Unset = UNSET,
    status: ListOffersStatusType0 | None | Unset = UNSET,
    commuter: None | str | Unset = UNSET,
    external_id: None | str | Unset = UNSET,
    series: None | str | Unset = UNSET,
) -> ListedOffer | ProblemBody | None:
    """List your offers

    Args:
        limit (int | Unset):  Default: 50.
        cursor (None | str | Unset): `next_cursor` of the page before.
        since (datetime.datetime | None | Unset): Only what was made at or after this time.
        status (ListOffersStatusType0 | None | Unset):
        commuter (None | str | Unset):
        external_id (None | str | Unset): Your own id of the trip.
        series (None | str | Unset): Only the trips of this series.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ListedOffer | ProblemBody
    """

    return (
        await asyncio_detailed(
            client=client,
            limit=limit,
            cursor=cursor,
            since=since,
            status=status,
            commuter=commuter,
            external_id=external_id,
            series=series,
        )
    ).parsed
