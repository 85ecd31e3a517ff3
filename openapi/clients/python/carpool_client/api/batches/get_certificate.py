from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.certificate import Certificate
from ...models.certificate_asked import CertificateAsked
from ...models.get_certificate_places import GetCertificatePlaces
from ...models.problem_body import ProblemBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    batch_id: str,
    *,
    places: GetCertificatePlaces | Unset = GetCertificatePlaces.EXACT,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_places: str | Unset = UNSET
    if not isinstance(places, Unset):
        json_places = places.value

    params["places"] = json_places

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/batches/{batch_id}/certificate".format(
            batch_id=quote(str(batch_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Certificate | CertificateAsked | ProblemBody | None:
    if response.status_code == 200:
        response_200 = Certificate.from_dict(response.json())

        return response_200

    if response.status_code == 202:
        response_202 = CertificateAsked.from_dict(response.json())

        return response_202

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


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Certificate | CertificateAsked | ProblemBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    batch_id: str,
    *,
    client: AuthenticatedClient,
    places: GetCertificatePlaces | Unset = GetCertificatePlaces.EXACT,
) -> Response[Certificate | CertificateAsked | ProblemBody]:
    """Get a batch's certificate

     Return what `carpool verify` proves the batch's bound from; 202 while one of coarse places is being
    made.

    Args:
        batch_id (str):
        places (GetCertificatePlaces | Unset): `exact`: the batch itself. `coarse`: places on a
            ~500 m grid and times on one of 5 minutes, matched anew, for others to see; made when it
            is first asked for. Default: GetCertificatePlaces.EXACT.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Certificate | CertificateAsked | ProblemBody]
    """

    kwargs = _get_kwargs(
        batch_id=batch_id,
        places=places,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    batch_id: str,
    *,
    client: AuthenticatedClient,
    places: GetCertificatePlaces | Unset = GetCertificatePlaces.EXACT,
) -> Certificate | CertificateAsked | ProblemBody | None:
    """Get a batch's certificate

     Return what `carpool verify` proves the batch's bound from; 202 while one of coarse places is being
    made.

    Args:
        batch_id (str):
        places (GetCertificatePlaces | Unset): `exact`: the batch itself. `coarse`: places on a
            ~500 m grid and times on one of 5 minutes, matched anew, for others to see; made when it
            is first asked for. Default: GetCertificatePlaces.EXACT.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Certificate | CertificateAsked | ProblemBody
    """

    return sync_detailed(
        batch_id=batch_id,
        client=client,
        places=places,
    ).parsed


async def asyncio_detailed(
    batch_id: str,
    *,
    client: AuthenticatedClient,
    places: GetCertificatePlaces | Unset = GetCertificatePlaces.EXACT,
) -> Response[Certificate | CertificateAsked | ProblemBody]:
    """Get a batch's certificate

     Return what `carpool verify` proves the batch's bound from; 202 while one of coarse places is being
    made.

    Args:
        batch_id (str):
        places (GetCertificatePlaces | Unset): `exact`: the batch itself. `coarse`: places on a
            ~500 m grid and times on one of 5 minutes, matched anew, for others to see; made when it
            is first asked for. Default: GetCertificatePlaces.EXACT.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Certificate | CertificateAsked | ProblemBody]
    """

    kwargs = _get_kwargs(
        batch_id=batch_id,
        places=places,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    batch_id: str,
    *,
    client: AuthenticatedClient,
    places: GetCertificatePlaces | Unset = GetCertificatePlaces.EXACT,
) -> Certificate | CertificateAsked | ProblemBody | None:
    """Get a batch's certificate

     Return what `carpool verify` proves the batch's bound from; 202 while one of coarse places is being
    made.

    Args:
        batch_id (str):
        places (GetCertificatePlaces | Unset): `exact`: the batch itself. `coarse`: places on a
            ~500 m grid and times on one of 5 minutes, matched anew, for others to see; made when it
            is first asked for. Default: GetCertificatePlaces.EXACT.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Certificate | CertificateAsked | ProblemBody
    """

    return (
        await asyncio_detailed(
            batch_id=batch_id,
            client=client,
            places=places,
        )
    ).parsed
