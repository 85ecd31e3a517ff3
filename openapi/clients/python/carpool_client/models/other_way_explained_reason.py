from enum import StrEnum


class OtherWayExplainedReason(StrEnum):
    EITHER_HELD = "either_held"
    NOBODY_FITS = "nobody_fits"
    NOBODY_THERE = "nobody_there"
    OTHERS_GAIN_MORE = "others_gain_more"
    PROPOSED = "proposed"
    WAITING_FOR_BATCH = "waiting_for_batch"

    def __str__(self) -> str:
        return str(self.value)
