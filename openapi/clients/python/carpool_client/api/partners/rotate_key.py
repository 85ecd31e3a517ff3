from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.key_rotate_body import KeyRotateBody
from ...models.new_api_key import NewApiKey
from ...models.problem_body import ProblemBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    partner_id: str,
    key_id: str,
    *,
    body: KeyRotateBody | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/partners/{partner_id}/keys/{key_id}/rotate".format(
            partner_id=quote(str(partner_id), safe=""),
            key_id=quote(str(key_id), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> NewApiKey | ProblemBody | None:
    if response.status_code == 201:
        response_201 = NewApiKey.from_dict(response.json())

        return response_201

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
) -> Response[NewApiKey | ProblemBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    partner_id: str,
    key_id: str,
    *,
    client: AuthenticatedClient,
    body: KeyRotateBody | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[NewApiKey | ProblemBody]:
    """Rotate a key

     Make a key like another, which ends after the overlap. No test key will do.

    Args:
        partner_id (str):
        key_id (str):
        idempotency_key (str | Unset): Any text of yours; a repeat within 24 h gets the first
            answer with `Idempotent-Replayed`.
        body (KeyRotateBody | Unset): How long the old key still opens.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[NewApiKey | ProblemBody]
    """

    kwargs = _get_kwargs(
        partner_id=partner_id,
        key_id=key_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    partner_id: str,
    key_id: str,
    *,
    client: AuthenticatedClient,
    body: KeyRotateBody | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> NewApiKey | ProblemBody | None:
    """Rotate a key

     Make a key like another, which ends after the overlap. No test key will do.

    Args:
        partner_id (str):
        key_id (str):
        idempotency_key (str | Unset): Any text of yours; a repeat within 24 h gets the first
            answer with `Idempotent-Replayed`.
        body (KeyRotateBody | Unset): How long the old key still opens.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        NewApiKey | ProblemBody
    """

    return sync_detailed(
        partner_id=partner_id,
        key_id=key_id,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    partner_id: str,
    key_id: str,
    *,
    client: AuthenticatedClient,
    body: KeyRotateBody | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[NewApiKey | ProblemBody]:
    """Rotate a key

     Make a key like another, which ends after the overlap. No test key will do.

    Args:
        partner_id (str):
        key_id (str):
        idempotency_key (str | Unset): Any text of yours; a repeat within 24 h gets the first
            answer with `Idempotent-Replayed`.
        body (KeyRotateBody | Unset): How long the old key still opens.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[NewApiKey | ProblemBody]
    """

    kwargs = _get_kwargs(
        partner_id=partner_id,
        key_id=key_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    partner_id: str,
    key_id: str,
    *,
    client: AuthenticatedClient,
    body: KeyRotateBody | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> NewApiKey | ProblemBody | None:
    """Rotate a key

     Make a key like another, which ends after the overlap. No test key will do.

    Args:
        partner_id (str):
        key_id (str):
        idempotency_key (str | Unset): Any text of yours; a repeat within 24 h gets the first
            answer with `Idempotent-Replayed`.
        body (KeyRotateBody | Unset): How long the old key still opens.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        NewApiKey | ProblemBody
    """

    return (
        await asyncio_detailed(
            partner_id=partner_id,
            key_id=key_id,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
