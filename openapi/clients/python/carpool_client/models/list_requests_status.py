from enum import StrEnum


class ListRequestsStatus(StrEnum):
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    OPEN = "open"
    PROPOSED = "proposed"
    UNDER_WAY = "under_way"

    def __str__(self) -> str:
        return str(self.value)
