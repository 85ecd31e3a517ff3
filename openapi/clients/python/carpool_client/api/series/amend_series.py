import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.offer_patch import OfferPatch
from ...models.offer_series import OfferSeries
from ...models.problem_body import ProblemBody
from ...models.request_patch import RequestPatch
from ...models.request_series import RequestSeries
from ...types import UNSET, Response, Unset


def _get_kwargs(
    series_id: str,
    *,
    body: OfferPatch | RequestPatch | OfferPatch | RequestPatch | Unset = UNSET,
    from_: datetime.date | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_match, Unset):
        headers["If-Match"] = if_match

    params: dict[str, Any] = {}

    json_from_: str | Unset = UNSET
    if not isinstance(from_, Unset):
        json_from_ = from_.isoformat()
    params["from"] = json_from_

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/v1/series/{series_id}".format(
            series_id=quote(str(series_id), safe=""),
        ),
        "params": params,
    }

    if isinstance(body, OfferPatch | RequestPatch):
        if isinstance(body, OfferPatch):
            _kwargs["json"] = body.to_dict()
        else:
            _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/merge-patch+json"
    if isinstance(body, OfferPatch | RequestPatch):
        if isinstance(body, OfferPatch):
            _kwargs["json"] = body.to_dict()
        else:
            _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> OfferSeries | RequestSeries | ProblemBody | None:
    if response.status_code == 200:

        def _parse_response_200(data: object) -> OfferSeries | RequestSeries:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                response_200_type_0 = OfferSeries.from_dict(data)

                return response_200_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            response_200_type_1 = RequestSeries.from_dict(data)

            return response_200_type_1

        response_200 = _parse_response_200(response.json())

        return response_200

    if response.status_code == 401:
        response_401 = ProblemBody.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ProblemBody.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = ProblemBody.from_dict(response.json())

        return response_404

    if response.status_code == 408:
        response_408 = ProblemBody.from_dict(response.json())

        return response_408

    if response.status_code == 409:
        response_409 = ProblemBody.from_dict(response.json())

        return response_409

    if response.status_code == 412:
        response_412 = ProblemBody.from_dict(response.json())

        return response_412

    if response.status_code == 413:
        response_413 = ProblemBody.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = ProblemBody.from_dict(response.json())

        return response_415

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
) -> Response[OfferSeries | RequestSeries | ProblemBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    series_id: str,
    *,
    client: AuthenticatedClient,
    body: OfferPatch | RequestPatch | OfferPatch | RequestPatch | Unset = UNSET,
    from_: datetime.date | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Response[OfferSeries | RequestSeries | ProblemBody]:
    """Change a series

     Change all of a series that is ahead, or what is from a day on, by a JSON merge patch (RFC 7396).

    Trips that are open follow, save in what was changed in them alone; of times only the local time of
    day counts.

    Args:
        series_id (str):
        from_ (datetime.date | Unset): The first local day that is concerned; absent: all that is
            ahead.
        if_match (str | Unset): The version you last read, as its ETag: `"3"`.
        body (OfferPatch | RequestPatch):
        body (OfferPatch | RequestPatch):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[OfferSeries | RequestSeries | ProblemBody]
    """

    kwargs = _get_kwargs(
        series_id=series_id,
        body=body,
        from_=from_,
        if_match=if_match,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    series_id: str,
    *,
    client: AuthenticatedClient,
    body: OfferPatch | RequestPatch | OfferPatch | RequestPatch | Unset = UNSET,
    from_: datetime.date | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> OfferSeries | RequestSeries | ProblemBody | None:
    """Change a series

     Change all of a series that is ahead, or what is from a day on, by a JSON merge patch (RFC 7396).

    Trips that are open follow, save in what was changed in them alone; of times only the local time of
    day counts.

    Args:
        series_id (str):
        from_ (datetime.date | Unset): The first local day that is concerned; absent: all that is
            ahead.
        if_match (str | Unset): The version you last read, as its ETag: `"3"`.
        body (OfferPatch | RequestPatch):
        body (OfferPatch | RequestPatch):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        OfferSeries | RequestSeries | ProblemBody
    """

    return sync_detailed(
        series_id=series_id,
        client=client,
        body=body,
        from_=from_,
        if_match=if_match,
    ).parsed


async def asyncio_detailed(
    series_id: str,
    *,
    client: AuthenticatedClient,
    body: OfferPatch | RequestPatch | OfferPatch | RequestPatch | Unset = UNSET,
    from_: datetime.date | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Response[OfferSeries | RequestSeries | ProblemBody]:
    """Change a series

     Change all of a series that is ahead, or what is from a day on, by a JSON merge patch (RFC 7396).

    Trips that are open follow, save in what was changed in them alone; of times only the local time of
    day counts.

    Args:
        series_id (str):
        from_ (datetime.date | Unset): The first local day that is concerned; absent: all that is
            ahead.
        if_match (str | Unset): The version you last read, as its ETag: `"3"`.
        body (OfferPatch | RequestPatch):
        body (OfferPatch | RequestPatch):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[OfferSeries | RequestSeries | ProblemBody]
    """

    kwargs = _get_kwargs(
        series_id=series_id,
        body=body,
        from_=from_,
        if_match=if_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    series_id: str,
    *,
    client: AuthenticatedClient,
    body: OfferPatch | RequestPatch | OfferPatch | RequestPatch | Unset = UNSET,
    from_: datetime.date | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> OfferSeries | RequestSeries | ProblemBody | None:
    """Change a series

     Change all of a series that is ahead, or what is from a day on, by a JSON merge patch (RFC 7396).

    Trips that are open follow, save in what was changed in them alone; of times only the local time of
    day counts.

    Args:
        series_id (str):
        from_ (datetime.date | Unset): The first local day that is concerned; absent: all that is
            ahead.
        if_match (str | Unset): The version you last read, as its ETag: `"3"`.
        body (OfferPatch | RequestPatch):
        body (OfferPatch | RequestPatch):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        OfferSeries | RequestSeries | ProblemBody
    """

    return (
        await asyncio_detailed(
            series_id=series_id,
            client=client,
            body=body,
            from_=from_,
            if_match=if_match,
        )
    ).parsed
