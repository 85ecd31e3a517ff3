from enum import StrEnum


class ListSeriesStatusType0(StrEnum):
    ACTIVE = "active"
    CANCELLED = "cancelled"
    ENDED = "ended"

    def __str__(self) -> str:
        return str(self.value)
