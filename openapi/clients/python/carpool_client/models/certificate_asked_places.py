from enum import StrEnum


class CertificateAskedPlaces(StrEnum):
    COARSE = "coarse"
    EXACT = "exact"

    def __str__(self) -> str:
        return str(self.value)
