import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.find_journeys_role import FindJourneysRole
from ...models.journeys import Journeys
from ...models.problem_body import ProblemBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    from_: str,
    to: str,
    earliest_departure: datetime.datetime,
    latest_arrival: datetime.datetime,
    role: FindJourneysRole,
    seats: int | Unset = 1,
    max_detour_s: int | Unset = UNSET,
    max_ride_s: int | Unset = UNSET,
    max_walk_m: int | Unset = UNSET,
    traits: list[str] | Unset = UNSET,
    requires: list[str] | Unset = UNSET,
    commuter: str | Unset = UNSET,
    limit: int | Unset = 10,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["from"] = from_

    params["to"] = to

    json_earliest_departure = earliest_departure.isoformat()
    params["earliest_departure"] = json_earliest_departure

    json_latest_arrival = latest_arrival.isoformat()
    params["latest_arrival"] = json_latest_arrival

    json_role = role.value
    params["role"] = json_role

    params["seats"] = seats

    params["max_detour_s"] = max_detour_s

    params["max_ride_s"] = max_ride_s

    params["max_walk_m"] = max_walk_m

    json_traits: list[str] | Unset = UNSET
    if not isinstance(traits, Unset):
        json_traits = traits

    params["traits"] = json_traits

    json_requires: list[str] | Unset = UNSET
    if not isinstance(requires, Unset):
        json_requires = requires

    params["requires"] = json_requires

    params["commuter"] = commuter

    params["limit"] = limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/journeys",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Journeys | ProblemBody | None:
    if response.status_code == 200:
        response_200 = Journeys.from_dict(response.json())

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
) -> Response[Journeys | ProblemBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    from_: str,
    to: str,
    earliest_departure: datetime.datetime,
    latest_arrival: datetime.datetime,
    role: FindJourneysRole,
    seats: int | Unset = 1,
    max_detour_s: int | Unset = UNSET,
    max_ride_s: int | Unset = UNSET,
    max_walk_m: int | Unset = UNSET,
    traits: list[str] | Unset = UNSET,
    requires: list[str] | Unset = UNSET,
    commuter: str | Unset = UNSET,
    limit: int | Unset = 10,
) -> Response[Journeys | ProblemBody]:
    """Find who could ride together

     Return the open trips and agreed cars that a trip could share a car with now, what saves most first.

    It binds nobody and posts nothing. Others' places are rounded to a ~500 m grid, and all is worked
    out from such
    places: `certain` says that the two fit wherever in their cells the other's places are.

    Args:
        from_ (str): `lat,lon`
        to (str): `lat,lon`
        earliest_departure (datetime.datetime):
        latest_arrival (datetime.datetime):
        role (FindJourneysRole): What you would be; found are those of the other role.
        seats (int | Unset): A rider's seats needed, a driver's free. Default: 1.
        max_detour_s (int | Unset): A driver's longest detour, 900 by default.
        max_ride_s (int | Unset): A rider's longest time aboard.
        max_walk_m (int | Unset): A rider's farthest walk to or from a meeting point, at each end;
            0 by default.
        traits (list[str] | Unset): May be repeated.
        requires (list[str] | Unset): May be repeated.
        commuter (str | Unset): Your commuter who looks: own trips are left out.
        limit (int | Unset):  Default: 10.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Journeys | ProblemBody]
    """

    kwargs = _get_kwargs(
        from_=from_,
        to=to,
        earliest_departure=earliest_departure,
        latest_arrival=latest_arrival,
        role=role,
        seats=seats,
        max_detour_s=max_detour_s,
        max_ride_s=max_ride_s,
        max_walk_m=max_walk_m,
        traits=traits,
        requires=requires,
        commuter=commuter,
        limit=limit,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    from_: str,
    to: str,
    earliest_departure: datetime.datetime,
    latest_arrival: datetime.datetime,
    role: FindJourneysRole,
    seats: int | Unset = 1,
    max_detour_s: int | Unset = UNSET,
    max_ride_s: int | Unset = UNSET,
    max_walk_m: int | Unset = UNSET,
    traits: list[str] | Unset = UNSET,
    requires: list[str] | Unset = UNSET,
    commuter: str | Unset = UNSET,
    limit: int | Unset = 10,
) -> Journeys | ProblemBody | None:
    """Find who could ride together

     Return the open trips and agreed cars that a trip could share a car with now, what saves most first.

    It binds nobody and posts nothing. Others' places are rounded to a ~500 m grid, and all is worked
    out from such
    places: `certain` says that the two fit wherever in their cells the other's places are.

    Args:
        from_ (str): `lat,lon`
        to (str): `lat,lon`
        earliest_departure (datetime.datetime):
        latest_arrival (datetime.datetime):
        role (FindJourneysRole): What you would be; found are those of the other role.
        seats (int | Unset): A rider's seats needed, a driver's free. Default: 1.
        max_detour_s (int | Unset): A driver's longest detour, 900 by default.
        max_ride_s (int | Unset): A rider's longest time aboard.
        max_walk_m (int | Unset): A rider's farthest walk to or from a meeting point, at each end;
            0 by default.
        traits (list[str] | Unset): May be repeated.
        requires (list[str] | Unset): May be repeated.
        commuter (str | Unset): Your commuter who looks: own trips are left out.
        limit (int | Unset):  Default: 10.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Journeys | ProblemBody
    """

    return sync_detailed(
        client=client,
        from_=from_,
        to=to,
        earliest_departure=earliest_departure,
        latest_arrival=latest_arrival,
        role=role,
        seats=seats,
        max_detour_s=max_detour_s,
        max_ride_s=max_ride_s,
        max_walk_m=max_walk_m,
        traits=traits,
        requires=requires,
        commuter=commuter,
        limit=limit,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    from_: str,
    to: str,
    earliest_departure: datetime.datetime,
    latest_arrival: datetime.datetime,
    role: FindJourneysRole,
    seats: int | Unset = 1,
    max_detour_s: int | Unset = UNSET,
    max_ride_s: int | Unset = UNSET,
    max_walk_m: int | Unset = UNSET,
    traits: list[str] | Unset = UNSET,
    requires: list[str] | Unset = UNSET,
    commuter: str | Unset = UNSET,
    limit: int | Unset = 10,
) -> Response[Journeys | ProblemBody]:
    """Find who could ride together

     Return the open trips and agreed cars that a trip could share a car with now, what saves most first.

    It binds nobody and posts nothing. Others' places are rounded to a ~500 m grid, and all is worked
    out from such
    places: `certain` says that the two fit wherever in their cells the other's places are.

    Args:
        from_ (str): `lat,lon`
        to (str): `lat,lon`
        earliest_departure (datetime.datetime):
        latest_arrival (datetime.datetime):
        role (FindJourneysRole): What you would be; found are those of the other role.
        seats (int | Unset): A rider's seats needed, a driver's free. Default: 1.
        max_detour_s (int | Unset): A driver's longest detour, 900 by default.
        max_ride_s (int | Unset): A rider's longest time aboard.
        max_walk_m (int | Unset): A rider's farthest walk to or from a meeting point, at each end;
            0 by default.
        traits (list[str] | Unset): May be repeated.
        requires (list[str] | Unset): May be repeated.
        commuter (str | Unset): Your commuter who looks: own trips are left out.
        limit (int | Unset):  Default: 10.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Journeys | ProblemBody]
    """

    kwargs = _get_kwargs(
        from_=from_,
        to=to,
        earliest_departure=earliest_departure,
        latest_arrival=latest_arrival,
        role=role,
        seats=seats,
        max_detour_s=max_detour_s,
        max_ride_s=max_ride_s,
        max_walk_m=max_walk_m,
        traits=traits,
        requires=requires,
        commuter=commuter,
        limit=limit,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    from_: str,
    to: str,
    earliest_departure: datetime.datetime,
    latest_arrival: datetime.datetime,
    role: FindJourneysRole,
    seats: int | Unset = 1,
    max_detour_s: int | Unset = UNSET,
    max_ride_s: int | Unset = UNSET,
    max_walk_m: int | Unset = UNSET,
    traits: list[str] | Unset = UNSET,
    requires: list[str] | Unset = UNSET,
    commuter: str | Unset = UNSET,
    limit: int | Unset = 10,
) -> Journeys | ProblemBody | None:
    """Find who could ride together

     Return the open trips and agreed cars that a trip could share a car with now, what saves most first.

    It binds nobody and posts nothing. Others' places are rounded to a ~500 m grid, and all is worked
    out from such
    places: `certain` says that the two fit wherever in their cells the other's places are.

    Args:
        from_ (str): `lat,lon`
        to (str): `lat,lon`
        earliest_departure (datetime.datetime):
        latest_arrival (datetime.datetime):
        role (FindJourneysRole): What you would be; found are those of the other role.
        seats (int | Unset): A rider's seats needed, a driver's free. Default: 1.
        max_detour_s (int | Unset): A driver's longest detour, 900 by default.
        max_ride_s (int | Unset): A rider's longest time aboard.
        max_walk_m (int | Unset): A rider's farthest walk to or from a meeting point, at each end;
            0 by default.
        traits (list[str] | Unset): May be repeated.
        requires (list[str] | Unset): May be repeated.
        commuter (str | Unset): Your commuter who looks: own trips are left out.
        limit (int | Unset):  Default: 10.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Journeys | ProblemBody
    """

    return (
        await asyncio_detailed(
            client=client,
            from_=from_,
            to=to,
            earliest_departure=earliest_departure,
            latest_arrival=latest_arrival,
            role=role,
            seats=seats,
            max_detour_s=max_detour_s,
            max_ride_s=max_ride_s,
            max_walk_m=max_walk_m,
            traits=traits,
            requires=requires,
            commuter=commuter,
            limit=limit,
        )
    ).parsed
