from enum import StrEnum


class GetCertificatePlaces(StrEnum):
    COARSE = "coarse"
    EXACT = "exact"

    def __str__(self) -> str:
        return str(self.value)
