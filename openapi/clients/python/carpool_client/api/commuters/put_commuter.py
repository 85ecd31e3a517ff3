from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...models.profile import Profile
from ...models.profile_body import ProfileBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    commuter_id: str,
    *,
    body: ProfileBody,
    if_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_match, Unset):
        headers["If-Match"] = if_match

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/v1/commuters/{commuter_id}".format(
            commuter_id=quote(str(commuter_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
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
    body: ProfileBody,
    if_match: str | Unset = UNSET,
) -> Response[ProblemBody | Profile]:
    """Say what a commuter is called and has consented to

     Keep what people in an agreed car call a person, and the consent that the person has given you.

    All of it is written anew: what is left out is taken back, and a consent before is kept as
    withdrawn.

    Args:
        commuter_id (str): Your id of the person.
        if_match (str | Unset): The version you last read, as its ETag: `"3"`.
        body (ProfileBody): All that is said of a person: what is left out or null is taken back.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | Profile]
    """

    kwargs = _get_kwargs(
        commuter_id=commuter_id,
        body=body,
        if_match=if_match,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    commuter_id: str,
    *,
    client: AuthenticatedClient,
    body: ProfileBody,
    if_match: str | Unset = UNSET,
) -> ProblemBody | Profile | None:
    """Say what a commuter is called and has consented to

     Keep what people in an agreed car call a person, and the consent that the person has given you.

    All of it is written anew: what is left out is taken back, and a consent before is kept as
    withdrawn.

    Args:
        commuter_id (str): Your id of the person.
        if_match (str | Unset): The version you last read, as its ETag: `"3"`.
        body (ProfileBody): All that is said of a person: what is left out or null is taken back.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | Profile
    """

    return sync_detailed(
        commuter_id=commuter_id,
        client=client,
        body=body,
        if_match=if_match,
    ).parsed


async def asyncio_detailed(
    commuter_id: str,
    *,
    client: AuthenticatedClient,
    body: ProfileBody,
    if_match: str | Unset = UNSET,
) -> Response[ProblemBody | Profile]:
    """Say what a commuter is called and has consented to

     Keep what people in an agreed car call a person, and the consent that the person has given you.

    All of it is written anew: what is left out is taken back, and a consent before is kept as
    withdrawn.

    Args:
        commuter_id (str): Your id of the person.
        if_match (str | Unset): The version you last read, as its ETag: `"3"`.
        body (ProfileBody): All that is said of a person: what is left out or null is taken back.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | Profile]
    """

    kwargs = _get_kwargs(
        commuter_id=commuter_id,
        body=body,
        if_match=if_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    commuter_id: str,
    *,
    client: AuthenticatedClient,
    body: ProfileBody,
    if_match: str | Unset = UNSET,
) -> ProblemBody | Profile | None:
    """Say what a commuter is called and has consented to

     Keep what people in an agreed car call a person, and the consent that the person has given you.

    All of it is written anew: what is left out is taken back, and a consent before is kept as
    withdrawn.

    Args:
        commuter_id (str): Your id of the person.
        if_match (str | Unset): The version you last read, as its ETag: `"3"`.
        body (ProfileBody): All that is said of a person: what is left out or null is taken back.

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
            body=body,
            if_match=if_match,
        )
    ).parsed
