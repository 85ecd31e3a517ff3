from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...models.stream_events_types_item import StreamEventsTypesItem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    after: str | Unset = UNSET,
    types: list[StreamEventsTypesItem] | Unset = UNSET,
    communities: list[str] | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(last_event_id, Unset):
        headers["last-event-id"] = last_event_id

    params: dict[str, Any] = {}

    params["after"] = after

    json_types: list[str] | Unset = UNSET
    if not isinstance(types, Unset):
        json_types = []
        for types_item_data in types:
            types_item = types_item_data.value
            json_types.append(types_item)

    params["types"] = json_types

    json_communities: list[str] | Unset = UNSET
    if not isinstance(communities, Unset):
        json_communities = communities

    params["communities"] = json_communities

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/events/stream",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | ProblemBody | None:
    if response.status_code == 200:
        response_200 = response.json()
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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Any | ProblemBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    types: list[StreamEventsTypesItem] | Unset = UNSET,
    communities: list[str] | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Response[Any | ProblemBody]:
    """Follow events

     Send events as they come, as server-sent events: from now on, or after one that you have.

    A stream ends when the service stops, or when what it sends is not taken: open it again with `Last-
    Event-ID`.

    Args:
        after (str | Unset): The last event you have; a page's `next_cursor` goes here too.
        types (list[StreamEventsTypesItem] | Unset): Only these types; may be repeated.
        communities (list[str] | Unset): Of events about trips only those about a trip of yours
            that names one of these communities; may be repeated.
        last_event_id (str | Unset): The last event you have; goes before `after`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProblemBody]
    """

    kwargs = _get_kwargs(
        after=after,
        types=types,
        communities=communities,
        last_event_id=last_event_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    types: list[StreamEventsTypesItem] | Unset = UNSET,
    communities: list[str] | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Any | ProblemBody | None:
    """Follow events

     Send events as they come, as server-sent events: from now on, or after one that you have.

    A stream ends when the service stops, or when what it sends is not taken: open it again with `Last-
    Event-ID`.

    Args:
        after (str | Unset): The last event you have; a page's `next_cursor` goes here too.
        types (list[StreamEventsTypesItem] | Unset): Only these types; may be repeated.
        communities (list[str] | Unset): Of events about trips only those about a trip of yours
            that names one of these communities; may be repeated.
        last_event_id (str | Unset): The last event you have; goes before `after`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProblemBody
    """

    return sync_detailed(
        client=client,
        after=after,
        types=types,
        communities=communities,
        last_event_id=last_event_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    types: list[StreamEventsTypesItem] | Unset = UNSET,
    communities: list[str] | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Response[Any | ProblemBody]:
    """Follow events

     Send events as they come, as server-sent events: from now on, or after one that you have.

    A stream ends when the service stops, or when what it sends is not taken: open it again with `Last-
    Event-ID`.

    Args:
        after (str | Unset): The last event you have; a page's `next_cursor` goes here too.
        types (list[StreamEventsTypesItem] | Unset): Only these types; may be repeated.
        communities (list[str] | Unset): Of events about trips only those about a trip of yours
            that names one of these communities; may be repeated.
        last_event_id (str | Unset): The last event you have; goes before `after`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProblemBody]
    """

    kwargs = _get_kwargs(
        after=after,
        types=types,
        communities=communities,
        last_event_id=last_event_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    types: list[StreamEventsTypesItem] | Unset = UNSET,
    communities: list[str] | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Any | ProblemBody | None:
    """Follow events

     Send events as they come, as server-sent events: from now on, or after one that you have.

    A stream ends when the service stops, or when what it sends is not taken: open it again with `Last-
    Event-ID`.

    Args:
        after (str | Unset): The last event you have; a page's `next_cursor` goes here too.
        types (list[StreamEventsTypesItem] | Unset): Only these types; may be repeated.
        communities (list[str] | Unset): Of events about trips only those about a trip of yours
            that names one of these communities; may be repeated.
        last_event_id (str | Unset): The last event you have; goes before `after`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProblemBody
    """

    return (
        await asyncio_detailed(
            client=client,
            after=after,
            types=types,
            communities=communities,
            last_event_id=last_event_id,
        )
    ).parsed
