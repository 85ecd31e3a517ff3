"""Areas: what is one, where two overlap, and in which of them a place is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from service.model.areas import MOST_POSITIONS, AreaIndex, BadArea, overlap, read_area


def box(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


CITY = polygon(box(4.7, 52.2, 5.1, 52.5), box(4.8, 52.3, 4.9, 52.4))


@pytest.mark.parametrize(
    "wrapped",
    [
        CITY,
        {"type": "Feature", "properties": {"name": "x"}, "geometry": CITY},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": CITY}]},
    ],
)
def test_a_geometry_a_feature_and_a_collection_of_one_are_areas(wrapped: dict[str, Any]) -> None:
    assert read_area(wrapped) == CITY


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "no GeoJSON"),
        ({"type": "Point", "coordinates": [4, 52]}, "no GeoJSON"),
        ({"type": "FeatureCollection", "features": []}, "0 features"),
        (polygon([[0, 0], [1, 1], [0, 0]]), "no GeoJSON"),
        (polygon([[0, 0], [1, 0], [1, 1], [0, 1]]), "does not end where it begins"),
        (polygon([[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]), "is not simple"),
        (polygon(box(52, 95, 53, 96)), "[longitude, latitude]"),
        (polygon([[0, 0], [float("nan"), 0], [1, 1], [0, 0]]), "no GeoJSON"),
        (polygon([[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]), "antimeridian"),
        (polygon([*([n / MOST_POSITIONS, 0] for n in range(MOST_POSITIONS)), [1, 1], [0, 0]]), "simplify"),
    ],
)
def test_what_is_no_area_is_refused_with_the_reason(document: Any, words: str) -> None:
    with pytest.raises(BadArea, match=words.replace("[", r"\[")):
        read_area(document)


def test_an_area_across_the_antimeridian_is_two_parts() -> None:
    parts = {"type": "MultiPolygon", "coordinates": [[box(179, 0, 180, 1)], [box(-180, 0, -179, 1)]]}
    found = AreaIndex([read_area(parts)]).find([0.5, 0.5, 0.5], [179.5, -179.5, 0.0])
    assert found.tolist() == [0, 0, -1]


def test_a_hole_is_outside_and_may_be_another_area() -> None:
    inner = polygon(box(4.8, 52.3, 4.9, 52.4))
    assert AreaIndex([CITY, inner]).find([52.35, 52.25, 52.6], [4.85, 4.85, 4.85]).tolist() == [1, 0, -1]
    assert not overlap(CITY, inner)
    assert overlap(CITY, polygon(box(4.85, 52.35, 4.95, 52.45)))


def test_a_common_border_is_no_overlap_and_its_places_are_in_the_first() -> None:
    west, east = polygon(box(4, 52, 5, 53)), polygon(box(5, 52, 6, 53))
    assert not overlap(west, east)
    assert not overlap(west, polygon(box(5 - 1e-7, 52, 6, 53)))  # a centimetre, of a border drawn twice
    assert AreaIndex([west, east]).find([52.5], [5.0]).tolist() == [0]


@given(
    st.sets(st.tuples(st.integers(-4, 3), st.integers(-4, 3)), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=40),
)
def test_a_place_is_in_the_first_area_that_covers_it(
    cells: set[tuple[int, int]], places: list[tuple[int, int]]
) -> None:
    areas = [polygon(box(x, y, x + 1, y + 1)) for x, y in sorted(cells)]
    lats, lons = [y / 2 for _, y in places], [x / 2 for x, _ in places]
    wanted = [
        next((n for n, area in enumerate(areas) if shape(area).covers(Point(lon, lat))), -1)
        for lat, lon in zip(lats, lons, strict=True)
    ]
    assert AreaIndex(areas).find(lats, lons).tolist() == wanted
