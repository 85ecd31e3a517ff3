from enum import StrEnum


class CertificatePlaces(StrEnum):
    COARSE = "coarse"
    EXACT = "exact"

    def __str__(self) -> str:
        return str(self.value)
