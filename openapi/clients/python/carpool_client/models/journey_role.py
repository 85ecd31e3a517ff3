from enum import StrEnum


class JourneyRole(StrEnum):
    DRIVER = "driver"
    RIDER = "rider"

    def __str__(self) -> str:
        return str(self.value)
