from enum import StrEnum


class FindJourneysRole(StrEnum):
    DRIVER = "driver"
    RIDER = "rider"

    def __str__(self) -> str:
        return str(self.value)
