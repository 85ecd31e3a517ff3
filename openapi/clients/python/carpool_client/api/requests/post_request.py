from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...models.request import Request
from ...models.request_draft import RequestDraft
from ...models.request_series import RequestSeries
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: RequestDraft,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/requests",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ProblemBody | Request | RequestSeries | None:
    if response.status_code == 201:

        def _parse_response_201(data: object) -> Request | RequestSeries:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                response_201_type_0 = Request.from_dict(data)

                return response_201_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            response_201_type_1 = RequestSeries.from_dict(data)

            return response_201_type_1

        response_201 = _parse_response_201(response.json())

        return response_201

    if response.status_code == 401:
        response_401 = ProblemBody.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ProblemBody.from_dict(response.json())

        return response_403

    if response.status_code == 408:
        response_408 = ProblemBody.from_dict(response.json())

        return response_408

    if response.status_code == 409:
        response_409 = ProblemBody.from_dict(response.json())

        return response_409

    if response.status_code == 410:
        response_410 = ProblemBody.from_dict(response.json())

        return response_410

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
) -> Response[ProblemBody | Request | RequestSeries]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: RequestDraft,
    idempotency_key: str | Unset = UNSET,
) -> Response[ProblemBody | Request | RequestSeries]:
    """Post a request

     Post a trip; with a `recurrence` it is a series, whose trips are made a week ahead.

    Args:
        idempotency_key (str | Unset): Any text of yours; a repeat within 24 h gets the first
            answer with `Idempotent-Replayed`.
        body (RequestDraft): A rider's trip.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | Request | RequestSeries]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: RequestDraft,
    idempotency_key: str | Unset = UNSET,
) -> ProblemBody | Request | RequestSeries | None:
    """Post a request

     Post a trip; with a `recurrence` it is a series, whose trips are made a week ahead.

    Args:
        idempotency_key (str | Unset): Any text of yours; a repeat within 24 h gets the first
            answer with `Idempotent-Replayed`.
        body (RequestDraft): A rider's trip.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | Request | RequestSeries
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: RequestDraft,
    idempotency_key: str | Unset = UNSET,
) -> Response[ProblemBody | Request | RequestSeries]:
    """Post a request

     Post a trip; with a `recurrence` it is a series, whose trips are made a week ahead.

    Args:
        idempotency_key (str | Unset): Any text of yours; a repeat within 24 h gets the first
            answer with `Idempotent-Replayed`.
        body (RequestDraft): A rider's trip.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | Request | RequestSeries]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: RequestDraft,
    idempotency_key: str | Unset = UNSET,
) -> ProblemBody | Request | RequestSeries | None:
    """Post a request

     Post a trip; with a `recurrence` it is a series, whose trips are made a week ahead.

    Args:
        idempotency_key (str | Unset): Any text of yours; a repeat within 24 h gets the first
            answer with `Idempotent-Replayed`.
        body (RequestDraft): A rider's trip.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | Request | RequestSeries
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
