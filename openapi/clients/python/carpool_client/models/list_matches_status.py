from enum import StrEnum


class ListMatchesStatus(StrEnum):
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    EXPIRED = "expired"
    PROPOSED = "proposed"
    UNDER_WAY = "under_way"

    def __str__(self) -> str:
        return str(self.value)
