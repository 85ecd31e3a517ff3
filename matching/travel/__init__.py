"""How long and how far: the travel models, and the one distance on the globe they rest on."""

from matching.travel.base import Travel, TravelArrays, drive_s
from matching.travel.crowfly import Crowfly
from matching.travel.earth import great_circle_m, unit_vectors, walk_m, walk_s

__all__ = ["Crowfly", "Travel", "TravelArrays", "drive_s", "great_circle_m", "unit_vectors", "walk_m", "walk_s"]
