from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...models.profile import Profile
from ...types import Response


def _get_kwargs(
    commuter_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/commuters/{commuter_id}".format(
            commuter_id=quote(str(commuter_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ProblemBody | Profile | None:
    if response.status_code == 200:
        response_200 = Profile.from_dict(response.json())

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
) -> Response[ProblemBody | Profile]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    commuter_id: str,
    *,
    client: AuthenticatedClient,
) -> Response[ProblemBody | Profile]:
    """Get what is said of a commuter

     Return what was said of a commuter beyond their trips, which need none of it.

    Args:
        commuter_id (str): Your id of the person.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | Profile]
    """

    kwargs = _get_kwargs(
        commuter_id=commuter_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    commuter_id: str,
    *,
    client: AuthenticatedClient,
) -> ProblemBody | Profile | None:
    """Get what is said of a commuter

     Return what was said of a commuter beyond their trips, which need none of it.

    Args:
        commuter_id (str): Your id of the person.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | Profile
    """

    return sync_detailed(
        commuter_id=commuter_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    commuter_id: str,
    *,
    client: AuthenticatedClient,
) -> Response[ProblemBody | Profile]:
    """Get what is said of a commuter

     Return what was said of a commuter beyond their trips, which need none of it.

    Args:
        commuter_id (str): Your id of the person.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | Profile]
    """

    kwargs = _get_kwargs(
        commuter_id=commuter_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    commuter_id: str,
    *,
    client: AuthenticatedClient,
) -> ProblemBody | Profile | None:
    """Get what is said of a commuter

     Return what was said of a commuter beyond their trips, which need none of it.

    Args:
        commuter_id (str): Your id of the person.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | Profile
    """

    return (
        await asyncio_detailed(
            commuter_id=commuter_id,
            client=client,
        )
    ).parsed
