"""Two towns side by side, each a market of its own, and trips in them."""

from __future__ import annotations

from typing import Any

from service.model.markets import Market
from service.usecases.context import Context
from service.usecases.markets import MarketChange, create_market, update_market

WEST = {"type": "Polygon", "coordinates": [[[4.0, 52.0], [4.88, 52.0], [4.88, 52.6], [4.0, 52.6], [4.0, 52.0]]]}
EAST = {"type": "Polygon", "coordinates": [[[4.88, 52.0], [5.6, 52.0], [5.6, 52.6], [4.88, 52.6], [4.88, 52.0]]]}
IN_EAST = {"lat": 52.36, "lon": 4.895}
ACROSS = {
    "origin": {"lat": 52.335, "lon": 4.883},
    "destination": {"lat": 52.36, "lon": 4.895},
}  # in the east, near the west
FAR_AWAY = {"lat": 48.1, "lon": 11.5}


async def make_market(context: Context, name: str, **given: Any) -> Market:
    """Make a market."""
    return await create_market(context, name, MarketChange(**given))


async def west_and_east(context: Context, clock: Any) -> tuple[Market, Market]:
    """Make two markets; `tests.factories`' drivers and riders start in the west. They are open."""
    west = await make_market(context, "west", area=WEST)
    east = await make_market(context, "east", area=EAST, neighbours=["west"])
    await update_market(context, "west", MarketChange(neighbours=["east"]))
    clock.move(seconds=10)
    return west, east


def points(**places: tuple[float, float]) -> dict[str, Any]:
    """Return meeting points as an operator gives them, by their ids, each at (latitude, longitude)."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]},
                "properties": {"id": id_, "name": f"the corner {id_}", "colour": "green"},
            } for id_, (lat, lon) in places.items()
        ],
    }  # fmt: skip


def twice(id_: str, place: tuple[float, float]) -> dict[str, Any]:
    """Return two meeting points with one id."""
    one = points(**{id_: place})
    return {**one, "features": one["features"] * 2}
