"""The cities the demo knows: their clock, their cars and their towns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service.demo.waters import AROUND_AMSTERDAM, AROUND_TORONTO, Water

CityName = Literal["toronto", "amsterdam"]


@dataclass(frozen=True, slots=True)
class Town:
    """A named place; people in thousands (zero where only the name and place are used)."""

    name: str
    lat: float
    lon: float
    residents_k: float = 0
    jobs_k: float = 0


@dataclass(frozen=True, slots=True)
class City:
    """What a morning's demand and its map need to know of a region."""

    name: CityName
    title: str
    timezone: str
    demand: str
    co2_g_per_km: float
    """Mean over the cars in use; see `demand.py` for the sources."""
    towns: tuple[Town, ...]
    """The city itself first."""
    waters: tuple[Water, ...]


_TORONTO = (
    Town("Toronto", 43.6532, -79.3832), Town("Etobicoke", 43.6435, -79.5656), Town("North York", 43.7615, -79.4111),
    Town("Scarborough", 43.7731, -79.2578), Town("Mississauga", 43.5890, -79.6441), Town("Brampton", 43.7315, -79.7624),
    Town("Markham", 43.8561, -79.3370), Town("Vaughan", 43.8361, -79.4983), Town("Richmond Hill", 43.8828, -79.4403),
    Town("Oakville", 43.4675, -79.6877), Town("Burlington", 43.3255, -79.7990), Town("Hamilton", 43.2557, -79.8711),
    Town("Oshawa", 43.8971, -78.8658), Town("Whitby", 43.8975, -78.9429), Town("Ajax", 43.8509, -79.0204),
    Town("Pickering", 43.8384, -79.0868), Town("Bowmanville", 43.9126, -78.6880), Town("Milton", 43.5183, -79.8774),
    Town("Georgetown", 43.6500, -79.9167), Town("Newmarket", 44.0592, -79.4613), Town("Aurora", 44.0065, -79.4504),
    Town("Bolton", 43.8758, -79.7365), Town("Stouffville", 43.9706, -79.2442), Town("Uxbridge", 44.1090, -79.1207),
    Town("Barrie", 44.3894, -79.6903), Town("Orillia", 44.6082, -79.4197), Town("Bradford", 44.1145, -79.5649),
    Town("Orangeville", 43.9200, -80.0943), Town("Guelph", 43.5448, -80.2482), Town("Kitchener", 43.4516, -80.4925),
    Town("Waterloo", 43.4643, -80.5204), Town("Cambridge", 43.3616, -80.3144), Town("Brantford", 43.1394, -80.2644),
    Town("St. Catharines", 43.1594, -79.2469), Town("Niagara Falls", 43.0896, -79.0849),
    Town("Welland", 42.9922, -79.2483),
    Town("Fort Erie", 42.9018, -78.9722), Town("Peterborough", 44.3091, -78.3197), Town("Lindsay", 44.3501, -78.7404),
    Town("Collingwood", 44.5008, -80.2169), Town("Wasaga Beach", 44.5206, -80.0167), Town("Midland", 44.7495, -79.8922),
    Town("Keswick", 44.2489, -79.4688), Town("Port Perry", 44.1053, -78.9440), Town("Alliston", 44.1501, -79.8687),
    Town("Grimsby", 43.2001, -79.5663), Town("Fergus", 43.7060, -80.3777), Town("Simcoe", 42.8376, -80.3040),
    Town("Dunnville", 42.9050, -79.6164), Town("Cobourg", 43.9593, -78.1677), Town("Port Hope", 43.9510, -78.2930),
)  # fmt: skip

_AMSTERDAM = (
    Town("Amsterdam Centrum", 52.3728, 4.8936, 87, 110), Town("Noord", 52.3960, 4.9280, 100, 35),
    Town("West", 52.3740, 4.8600, 150, 60), Town("Nieuw-West", 52.3610, 4.8040, 160, 55),
    Town("Zuid", 52.3450, 4.8790, 145, 90), Town("Zuidas", 52.3380, 4.8730, 5, 60),
    Town("Oost", 52.3580, 4.9330, 140, 55), Town("Zuidoost", 52.3130, 4.9600, 90, 70),
    Town("Sloterdijk", 52.3890, 4.8380, 6, 35), Town("Amstelveen", 52.3010, 4.8580, 92, 45),
    Town("Schiphol", 52.3090, 4.7640, 1, 70), Town("Hoofddorp", 52.3030, 4.6900, 78, 50),
    Town("Haarlem", 52.3810, 4.6370, 162, 65), Town("Zaandam", 52.4390, 4.8260, 157, 55),
    Town("Purmerend", 52.5050, 4.9600, 92, 25), Town("Almere", 52.3700, 5.2180, 218, 75),
    Town("Diemen", 52.3390, 4.9620, 32, 15), Town("Weesp", 52.3070, 5.0420, 20, 6),
    Town("Hilversum", 52.2240, 5.1760, 92, 50), Town("Utrecht", 52.0900, 5.1210, 361, 240),
    Town("Leiden", 52.1600, 4.4970, 125, 65), Town("Alkmaar", 52.6320, 4.7510, 110, 50),
    Town("Hoorn", 52.6430, 5.0600, 75, 25), Town("Lelystad", 52.5180, 5.4710, 81, 30),
)  # fmt: skip

CITIES: dict[CityName, City] = {
    "toronto": City(
        "toronto", "Toronto and the Greater Golden Horseshoe", "America/Toronto",
        "drawn from the flows of car commuters in the Transportation Tomorrow Survey 2016 (TTS2016R, CC BY 4.0)",
        210.0, _TORONTO, AROUND_TORONTO,
    ),
    "amsterdam": City(
        "amsterdam", "Amsterdam and its region", "Europe/Amsterdam",
        "drawn by a gravity law over towns, their residents and jobs; not a forecast", 160.0, _AMSTERDAM,
        AROUND_AMSTERDAM,
    ),
}  # fmt: skip
