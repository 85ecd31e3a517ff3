"""Every setting, in one frozen object: ``CARPOOL_*`` variables, overridden by flags of the command line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from service.errors import SettingError
from service.store_urls import parse

PREFIX = "CARPOOL_"
_FAILED_KEPT = timedelta(days=14)  # deliveries that were given up on
API_KEY = f"{PREFIX}API_KEY"  # of commands that call a service; no setting of it


class Settings(BaseModel):
    """What an operator may set. Field names are the variables' names without ``CARPOOL_``, in lower case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    redis_url: str | None = Field(
        None,
        description="Valkey or Redis to use: redis://, rediss:// (TLS), unix://, redis+sentinel:// or "
        "redis+cluster://. Unset: an embedded Valkey.",
    )
    wait_replicas: Annotated[int, Field(ge=0, le=5)] = Field(
        0, description="Replicas that must have a write on disk before it is acknowledged (WAITAOF)."
    )
    data_dir: Path = Field(Path("carpool-data"), description="Where the embedded store keeps its files.")
    host: str = Field("127.0.0.1", description="Address the API listens on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8000, description="Port the API listens on; 0 picks one.")
    api_workers: Annotated[int, Field(ge=1, le=64)] = Field(1, description="API processes.")
    batch_interval_s: Annotated[float, Field(gt=0, le=86_400)] = Field(10.0, description="Seconds between batches.")
    batch_time_limit_s: Annotated[float, Field(gt=0, le=3600)] = Field(
        30.0, description="Longest a batch may optimise; the best plan so far is taken then."
    )
    executor: str = Field(
        "", description="Who solves the parts of a large market: empty for a process per core, `threads`, or "
        "`dask://host:port` of a Dask scheduler (extra `scale`).",
    )  # fmt: skip
    hold_s: Annotated[int, Field(ge=1, le=86_400)] = Field(
        600, description="How long a proposal waits for its parties' answers."
    )
    late_cancel_s: Annotated[int, Field(ge=0, le=86_400)] = Field(
        3600, description="Whoever leaves a confirmed car this near to their pick-up, or its departure, leaves it late."
    )
    notice_s: Annotated[int, Field(ge=0, le=86_400)] = Field(
        120, description="Least time between a proposal and its departure."
    )
    rider_value_s: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        3600, description="What one more rider is worth, in seconds of driving."
    )
    pool_bonus_s: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        300, description="What it is worth, in seconds of driving, that the same people of series ride together again."
    )
    boarding_s: Annotated[int, Field(ge=0, le=3600)] = Field(45, description="How long a stop takes.")
    circuity: Annotated[float, Field(ge=1, le=5)] = Field(1.3, description="Road metres per metre as the crow flies.")
    speed_kmh: Annotated[float, Field(gt=0, le=200)] = Field(35.0, description="Mean speed of a car.")
    cost_per_km: Annotated[float, Field(ge=0, le=100)] = Field(0.23, description="A driver's cost, shared with riders.")
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = Field("EUR", description="ISO 4217 code of cost shares.")
    co2_g_per_km: Annotated[float, Field(ge=0, le=1000)] = Field(
        150.0, description="CO2 of a car whose own figure is not known."
    )
    retention_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        30, description="How long trips and matches are kept after they end, and events and deliveries after they "
        "come; these for two weeks and twice the webhooks' retries at least, so that what failed can be sent again.",
    )  # fmt: skip
    purge_interval_s: Annotated[float, Field(gt=0, le=86_400)] = Field(
        600.0, description="Seconds between two looks for what has been kept long enough."
    )
    certificates_mb: Annotated[int, Field(ge=0, le=10_000)] = Field(
        64, description="Certificates of the newest batches are kept, up to this many MB for each market; 0: none."
    )
    webhook_retry_schedule: tuple[Annotated[float, Field(gt=0, le=604_800)], ...] = Field(
        (5, 300, 1800, 7200, 18_000, 36_000, 36_000), description="Seconds before each retry, comma-separated."
    )
    webhook_timeout_s: Annotated[float, Field(gt=0, le=60)] = Field(15.0, description="Longest one delivery may take.")
    allow_private_webhooks: bool = Field(
        False, description="Development only: http and private addresses are allowed for webhooks."
    )
    calls_per_s: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        2000, description="Calls a second that an API key without a rate of its own may make, ten times that at once; "
        "0: no limit.",
    )  # fmt: skip
    commuter_calls_per_s: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        5, description="Calls a second that a commuter may make with their tokens, ten times that at once; 0: no limit."
    )
    secret_key: str | None = Field(
        None, description="Encrypts webhook secrets at rest, signs commuters' tokens; comma-separated to rotate, "
        "newest first. Unset with the embedded store: a key file beside it.", repr=False,
    )  # fmt: skip
    accept_data_loss: bool = Field(False, description="Start on a store that may lose acknowledged writes.")
    metrics_dir: Path | None = Field(None, description="Where processes of one machine share their metrics.")
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        0, description="Port where a matcher or deliverer that runs alone answers /metrics and /healthz; 0: none."
    )
    traces: Annotated[str, Field(pattern="^(otlp)?$")] = Field(
        "", description="`otlp`: send OpenTelemetry traces to OTEL_EXPORTER_OTLP_ENDPOINT (extra `otel`). Empty: none."
    )
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = Field("info", description="Log level.")

    @property
    def events_kept(self) -> timedelta:
        """How long events and deliveries are kept: what was given up on for two weeks at least."""
        until_given_up_on = timedelta(seconds=2 * sum(self.webhook_retry_schedule))  # with jitter and `Retry-After`
        return max(timedelta(days=self.retention_days), _FAILED_KEPT + until_given_up_on)

    @property
    def certificates_bytes(self) -> int:
        """Bytes that the certificates of a market may take."""
        return self.certificates_mb * 1_000_000

    @field_validator("redis_url")
    @classmethod
    def _known_url(cls, value: str | None) -> str | None:
        if not value:
            return None
        parse(value)
        return value

    @field_validator("executor")
    @classmethod
    def _known_executor(cls, value: str) -> str:
        if re.fullmatch(r"(threads|dask://[^\s/]+:\d+)?", value) is None:
            raise ValueError("must be empty, threads or dask://host:port")
        return value

    @field_validator("webhook_retry_schedule", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def load_settings(environ: Mapping[str, str], flags: Mapping[str, Any] | None = None) -> Settings:
    """Read settings; flags that are not None win over variables. Raises SettingError with one clear line."""
    values: dict[str, Any] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable == API_KEY:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in Settings.model_fields:
            near = difflib.get_close_matches(name, Settings.model_fields, n=1)
            hint = f"; did you mean {PREFIX}{near[0].upper()}?" if near else ""
            raise SettingError(f"{variable} is not a setting{hint}")
        values[name] = text
    values |= {name: value for name, value in (flags or {}).items() if value is not None}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        name = str(fault["loc"][0])
        shown = "" if name in ("secret_key", "redis_url") else f" {fault['input']!r}"
        raise SettingError(
            f"{PREFIX}{name.upper()}{shown}: {fault['msg'].removeprefix('Value error, ').lower()}"
        ) from None


def as_environ(settings: Settings) -> dict[str, str]:
    """Return the variables that give these settings again, for a child process."""
    given = settings.model_dump(exclude_none=True, mode="json")
    return {
        f"{PREFIX}{name.upper()}": ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        for name, value in given.items()
    }


def reference() -> str:
    """Return all settings as a Markdown table, for ``docs/configuration.md``."""
    lines = ["| variable | default | what |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = ",".join(f"{part:g}" for part in field.default) if isinstance(field.default, tuple) else field.default
        shown = "" if default is None else f"`{default}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines) + "\n"
