from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.new_token import NewToken
from ...models.problem_body import ProblemBody
from ...models.token_body import TokenBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    commuter_id: str,
    *,
    body: TokenBody | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/commuters/{commuter_id}/tokens".format(
            commuter_id=quote(str(commuter_id), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> NewToken | ProblemBody | None:
    if response.status_code == 200:
        response_200 = NewToken.from_dict(response.json())

        return response_200

    if response.status_code == 401:
        response_401 = ProblemBody.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ProblemBody.from_dict(response.json())

        return response_403

    if response.status_code == 408:
        response_408 = ProblemBody.from_dict(response.json())

        return response_408

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
) -> Response[NewToken | ProblemBody]:
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
    body: TokenBody | Unset = UNSET,
) -> Response[NewToken | ProblemBody]:
    """Make a commuter's token

     Make a token with which one of your commuters reads and changes their own trips and matches, and no
    others.

    It ends at `expires_at`, with the API key that made it, or when the commuter is signed out.

    Args:
        commuter_id (str):
        body (TokenBody | Unset): For how long, and what you vouch for of this commuter.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[NewToken | ProblemBody]
    """

    kwargs = _get_kwargs(
        commuter_id=commuter_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    commuter_id: str,
    *,
    client: AuthenticatedClient,
    body: TokenBody | Unset = UNSET,
) -> NewToken | ProblemBody | None:
    """Make a commuter's token

     Make a token with which one of your commuters reads and changes their own trips and matches, and no
    others.

    It ends at `expires_at`, with the API key that made it, or when the commuter is signed out.

    Args:
        commuter_id (str):
        body (TokenBody | Unset): For how long, and what you vouch for of this commuter.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        NewToken | ProblemBody
    """

    return sync_detailed(
        commuter_id=commuter_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    commuter_id: str,
    *,
    client: AuthenticatedClient,
    body: TokenBody | Unset = UNSET,
) -> Response[NewToken | ProblemBody]:
    """Make a commuter's token

     Make a token with which one of your commuters reads and changes their own trips and matches, and no
    others.

    It ends at `expires_at`, with the API key that made it, or when the commuter is signed out.

    Args:
        commuter_id (str):
        body (TokenBody | Unset): For how long, and what you vouch for of this commuter.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[NewToken | ProblemBody]
    """

    kwargs = _get_kwargs(
        commuter_id=commuter_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    commuter_id: str,
    *,
    client: AuthenticatedClient,
    body: TokenBody | Unset = UNSET,
) -> NewToken | ProblemBody | None:
    """Make a commuter's token

     Make a token with which one of your commuters reads and changes their own trips and matches, and no
    others.

    It ends at `expires_at`, with the API key that made it, or when the commuter is signed out.

    Args:
        commuter_id (str):
        body (TokenBody | Unset): For how long, and what you vouch for of this commuter.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        NewToken | ProblemBody
    """

    return (
        await asyncio_detailed(
            commuter_id=commuter_id,
            client=client,
            body=body,
        )
    ).parsed
