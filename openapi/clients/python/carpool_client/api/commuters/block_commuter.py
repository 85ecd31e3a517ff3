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
    other_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/v1/commuters/{commuter_id}/blocks/{other_id}".format(
            commuter_id=quote(str(commuter_id), safe=""),
            other_id=quote(str(other_id), safe=""),
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

    if response.status_code == 404:
        response_404 = ProblemBody.from_dict(response.json())

        return response_404

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
    other_id: str,
    *,
    client: AuthenticatedClient,
) -> Response[Any | ProblemBody]:
    """Never with this person again, in either direction

     Never match two people again. The other is not told.

    A proposal to both is declined for this commuter, whose trip also leaves an agreed car with the
    other that is ahead,
    and is matched anew. Of another partner's people you know trips alone: name one of a match that both
    were in.

    Args:
        commuter_id (str): Your id of the person.
        other_id (str): A trip of a match that this commuter is or was in; with an API key also
            another commuter of yours.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProblemBody]
    """

    kwargs = _get_kwargs(
        commuter_id=commuter_id,
        other_id=other_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    commuter_id: str,
    other_id: str,
    *,
    client: AuthenticatedClient,
) -> Any | ProblemBody | None:
    """Never with this person again, in either direction

     Never match two people again. The other is not told.

    A proposal to both is declined for this commuter, whose trip also leaves an agreed car with the
    other that is ahead,
    and is matched anew. Of another partner's people you know trips alone: name one of a match that both
    were in.

    Args:
        commuter_id (str): Your id of the person.
        other_id (str): A trip of a match that this commuter is or was in; with an API key also
            another commuter of yours.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProblemBody
    """

    return sync_detailed(
        commuter_id=commuter_id,
        other_id=other_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    commuter_id: str,
    other_id: str,
    *,
    client: AuthenticatedClient,
) -> Response[Any | ProblemBody]:
    """Never with this person again, in either direction

     Never match two people again. The other is not told.

    A proposal to both is declined for this commuter, whose trip also leaves an agreed car with the
    other that is ahead,
    and is matched anew. Of another partner's people you know trips alone: name one of a match that both
    were in.

    Args:
        commuter_id (str): Your id of the person.
        other_id (str): A trip of a match that this commuter is or was in; with an API key also
            another commuter of yours.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProblemBody]
    """

    kwargs = _get_kwargs(
        commuter_id=commuter_id,
        other_id=other_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    commuter_id: str,
    other_id: str,
    *,
    client: AuthenticatedClient,
) -> Any | ProblemBody | None:
    """Never with this person again, in either direction

     Never match two people again. The other is not told.

    A proposal to both is declined for this commuter, whose trip also leaves an agreed car with the
    other that is ahead,
    and is matched anew. Of another partner's people you know trips alone: name one of a match that both
    were in.

    Args:
        commuter_id (str): Your id of the person.
        other_id (str): A trip of a match that this commuter is or was in; with an API key also
            another commuter of yours.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProblemBody
    """

    return (
        await asyncio_detailed(
            commuter_id=commuter_id,
            other_id=other_id,
            client=client,
        )
    ).parsed
