from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.listed_block import ListedBlock
from ...models.problem_body import ProblemBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    commuter_id: str,
    *,
    limit: int | Unset = 50,
    cursor: Literal[""] | str | Unset = "",
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    json_cursor: Literal[""] | str | Unset
    if isinstance(cursor, Unset):
        json_cursor = UNSET
    else:
        json_cursor = cursor
    params["cursor"] = json_cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/commuters/{commuter_id}/blocks".format(
            commuter_id=quote(str(commuter_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ListedBlock | ProblemBody | None:
    if response.status_code == 200:
        response_200 = ListedBlock.from_dict(response.json())

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
) -> Response[ListedBlock | ProblemBody]:
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
    limit: int | Unset = 50,
    cursor: Literal[""] | str | Unset = "",
) -> Response[ListedBlock | ProblemBody]:
    """List whom a commuter blocks

     Return whom a commuter blocks, by id; who blocks them is not told.

    Args:
        commuter_id (str): Your id of the person.
        limit (int | Unset):  Default: 50.
        cursor (Literal[''] | str | Unset): `next_cursor` of the page before. Default: ''.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ListedBlock | ProblemBody]
    """

    kwargs = _get_kwargs(
        commuter_id=commuter_id,
        limit=limit,
        cursor=cursor,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    commuter_id: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: Literal[""] | str | Unset = "",
) -> ListedBlock | ProblemBody | None:
    """List whom a commuter blocks

     Return whom a commuter blocks, by id; who blocks them is not told.

    Args:
        commuter_id (str): Your id of the person.
        limit (int | Unset):  Default: 50.
        cursor (Literal[''] | str | Unset): `next_cursor` of the page before. Default: ''.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ListedBlock | ProblemBody
    """

    return sync_detailed(
        commuter_id=commuter_id,
        client=client,
        limit=limit,
        cursor=cursor,
    ).parsed


async def asyncio_detailed(
    commuter_id: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: Literal[""] | str | Unset = "",
) -> Response[ListedBlock | ProblemBody]:
    """List whom a commuter blocks

     Return whom a commuter blocks, by id; who blocks them is not told.

    Args:
        commuter_id (str): Your id of the person.
        limit (int | Unset):  Default: 50.
        cursor (Literal[''] | str | Unset): `next_cursor` of the page before. Default: ''.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ListedBlock | ProblemBody]
    """

    kwargs = _get_kwargs(
        commuter_id=commuter_id,
        limit=limit,
        cursor=cursor,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    commuter_id: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: Literal[""] | str | Unset = "",
) -> ListedBlock | ProblemBody | None:
    """List whom a commuter blocks

     Return whom a commuter blocks, by id; who blocks them is not told.

    Args:
        commuter_id (str): Your id of the person.
        limit (int | Unset):  Default: 50.
        cursor (Literal[''] | str | Unset): `next_cursor` of the page before. Default: ''.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ListedBlock | ProblemBody
    """

    return (
        await asyncio_detailed(
            commuter_id=commuter_id,
            client=client,
            limit=limit,
            cursor=cursor,
        )
    ).parsed
