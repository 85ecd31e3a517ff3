from enum import StrEnum


class RuledOutName(StrEnum):
    COMMITTED = "committed"
    DETOUR = "detour"
    DRIVER_WINDOW = "driver_window"
    PEOPLE = "people"
    RIDE = "ride"
    RIDER_WINDOW = "rider_window"
    SEATS = "seats"

    def __str__(self) -> str:
        return str(self.value)
