from enum import StrEnum


class BatchStatus(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    REQUESTED = "requested"
    RUNNING = "running"

    def __str__(self) -> str:
        return str(self.value)
