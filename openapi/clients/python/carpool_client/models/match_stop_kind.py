from enum import StrEnum


class MatchStopKind(StrEnum):
    ARRIVE = "arrive"
    DEPART = "depart"
    DROPOFF = "dropoff"
    PICKUP = "pickup"

    def __str__(self) -> str:
        return str(self.value)
