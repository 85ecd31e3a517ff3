from enum import StrEnum


class RequestRoleType0(StrEnum):
    DRIVER = "driver"
    RIDER = "rider"

    def __str__(self) -> str:
        return str(self.value)
