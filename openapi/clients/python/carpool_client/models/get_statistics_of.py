from enum import StrEnum


class GetStatisticsOf(StrEnum):
    MARKET = "market"
    OWN = "own"

    def __str__(self) -> str:
        return str(self.value)
