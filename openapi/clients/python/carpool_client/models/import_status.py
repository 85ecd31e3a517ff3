from enum import StrEnum


class ImportStatus(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    RUNNING = "running"
    UPLOADING = "uploading"
    WAITING = "waiting"

    def __str__(self) -> str:
        return str(self.value)
