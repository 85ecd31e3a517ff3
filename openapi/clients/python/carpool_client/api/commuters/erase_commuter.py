from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...types import Response


def _get_kwargs(
    commuter_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/v1/commuters/{commuter_id}".format(
            commuter_id=quote(str(commuter_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | ProblemBody | None:
    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

    if response.status_code == 401:
        response_401 = ProblemBody.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ProblemBody.from_dict(response.json())

        return response_403

    if response.status_code == 409:
        response_409 = ProblemBody.from_dict(response.json())

        return response_409

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Any | ProblemBody]:
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
) -> Response[Any | ProblemBody]:
    """Erase a commuter

     Erase all that is kept of a person, before this is answered; a repeat ends what was left half done.

    Trips that are ahead are cancelled first. Matches keep figures only, and events ids, states and
    times.
    409 while the person is on the way with others.

    Args:
        commuter_id (str): Your id of the person.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProblemBody]
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
) -> Any | ProblemBody | None:
    """Erase a commuter

     Erase all that is kept of a person, before this is answered; a repeat ends what was left half done.

    Trips that are ahead are cancelled first. Matches keep figures only, and events ids, states and
    times.
    409 while the person is on the way with others.

    Args:
        commuter_id (str): Your id of the person.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProblemBody
    """

    return sync_detailed(
        commuter_id=commuter_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    commuter_id: str,
    *,
    client: AuthenticatedClient,
) -> Response[Any | ProblemBody]:
    """Erase a commuter

     Erase all that is kept of a person, before this is answered; a repeat ends what was left half done.

    Trips that are ahead are cancelled first. Matches keep figures only, and events ids, states and
    times.
    409 while the person is on the way with others.

    Args:
        commuter_id (str): Your id of the person.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProblemBody]
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
) -> Any | ProblemBody | None:
    """Erase a commuter

     Erase all that is kept of a person, before this is answered; a repeat ends what was left half done.

    Trips that are ahead are cancelled first. Matches keep figures only, and events ids, states and
    times.
    409 while the person is on the way with others.

    Args:
        commuter_id (str): Your id of the person.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProblemBody
    """

    return (
        await asyncio_detailed(
            commuter_id=commuter_id,
            client=client,
        )
    ).parsed
