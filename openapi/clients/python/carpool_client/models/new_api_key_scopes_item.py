from enum import StrEnum


class NewApiKeyScopesItem(StrEnum):
    COMMUTERSMANAGE = "commuters:manage"
    MATCHESREAD = "matches:read"
    MATCHESWRITE = "matches:write"
    OPERATOR = "operator"
    TRIPSREAD = "trips:read"
    TRIPSWRITE = "trips:write"
    WEBHOOKSMANAGE = "webhooks:manage"

    def __str__(self) -> str:
        return str(self.value)
