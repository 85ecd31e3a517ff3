from enum import StrEnum


class ReportReceiptKind(StrEnum):
    DANGEROUS_DRIVING = "dangerous_driving"
    DISCRIMINATION = "discrimination"
    FRAUD = "fraud"
    HARASSMENT = "harassment"
    INTOXICATION = "intoxication"
    OTHER = "other"
    THREAT = "threat"

    def __str__(self) -> str:
        return str(self.value)
