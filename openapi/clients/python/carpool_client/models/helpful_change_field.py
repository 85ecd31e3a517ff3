from enum import StrEnum


class HelpfulChangeField(StrEnum):
    EARLIEST_DEPARTURE = "earliest_departure"
    LATEST_ARRIVAL = "latest_arrival"
    MAX_DETOUR_S = "max_detour_s"
    MAX_RIDE_S = "max_ride_s"
    MAX_WALK_M = "max_walk_m"
    SEATS = "seats"

    def __str__(self) -> str:
        return str(self.value)
