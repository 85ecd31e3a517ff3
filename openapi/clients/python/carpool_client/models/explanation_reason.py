from enum import StrEnum


class ExplanationReason(StrEnum):
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    EITHER_HELD = "either_held"
    EXPIRED = "expired"
    NOBODY_FITS = "nobody_fits"
    NOBODY_THERE = "nobody_there"
    OTHERS_GAIN_MORE = "others_gain_more"
    OTHER_WAY = "other_way"
    PROPOSED = "proposed"
    UNDER_WAY = "under_way"
    WAITING_FOR_BATCH = "waiting_for_batch"

    def __str__(self) -> str:
        return str(self.value)
