from enum import StrEnum


class StreamEventsTypesItem(StrEnum):
    COMMUTER_REPORTED = "commuter.reported"
    ENDPOINT_DISABLED = "endpoint.disabled"
    MATCH_ACCEPTED = "match.accepted"
    MATCH_CANCELLED = "match.cancelled"
    MATCH_COMPLETED = "match.completed"
    MATCH_CONFIRMED = "match.confirmed"
    MATCH_DECLINED = "match.declined"
    MATCH_EXPIRED = "match.expired"
    MATCH_PROPOSED = "match.proposed"
    MATCH_RETURN_AT_RISK = "match.return_at_risk"
    MATCH_STARTED = "match.started"
    MATCH_UPDATED = "match.updated"
    PING = "ping"
    TRIP_CANCELLED = "trip.cancelled"
    TRIP_EXPIRED = "trip.expired"

    def __str__(self) -> str:
        return str(self.value)
