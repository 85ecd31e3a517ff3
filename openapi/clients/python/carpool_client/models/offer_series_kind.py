from enum import StrEnum


class OfferSeriesKind(StrEnum):
    OFFER = "offer"
    REQUEST = "request"

    def __str__(self) -> str:
        return str(self.value)
