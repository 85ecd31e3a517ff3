from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.batch_status import BatchStatus

if TYPE_CHECKING:
    from ..models.batch_sizes import BatchSizes
    from ..models.batch_timing_s import BatchTimingS


T = TypeVar("T", bound="Batch")


@_attrs_define
class Batch:
    """One run of the matcher.

    Attributes:
        id (str):
        status (BatchStatus):
        version (int):
        market (str):
        created_at (datetime.datetime):
        started_at (datetime.datetime | None):
        finished_at (datetime.datetime | None):
        offers (int):
        requests (int):
        sizes (BatchSizes):
        timing_s (BatchTimingS):
        score (int | None):
        bound (int | None): No plan scores more than this.
        bound_scope (None | str):
        gap (float | None): (bound - score) / bound
        matches (int):
        riders (int):
        withdrawn (int): Matches that found a trip changed meanwhile.
        detail (None | str):
    """

    id: str
    status: BatchStatus
    version: int
    market: str
    created_at: datetime.datetime
    started_at: datetime.datetime | None
    finished_at: datetime.datetime | None
    offers: int
    requests: int
    sizes: BatchSizes
    timing_s: BatchTimingS
    score: int | None
    bound: int | None
    bound_scope: None | str
    gap: float | None
    matches: int
    riders: int
    withdrawn: int
    detail: None | str

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        status = self.status.value

        version = self.version

        market = self.market

        created_at = self.created_at.isoformat()

        started_at: None | str
        if isinstance(self.started_at, datetime.datetime):
            started_at = self.started_at.isoformat()
        else:
            started_at = self.started_at

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        offers = self.offers

        requests = self.requests

        sizes = self.sizes.to_dict()

        timing_s = self.timing_s.to_dict()

        score: int | None
        score = self.score

        bound: int | None
        bound = self.bound

        bound_scope: None | str
        bound_scope = self.bound_scope

        gap: float | None
        gap = self.gap

        matches = self.matches

        riders = self.riders

        withdrawn = self.withdrawn

        detail: None | str
        detail = self.detail

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "status": status,
                "version": version,
                "market": market,
                "created_at": created_at,
                "started_at": started_at,
                "finished_at": finished_at,
                "offers": offers,
                "requests": requests,
                "sizes": sizes,
                "timing_s": timing_s,
                "score": score,
                "bound": bound,
                "bound_scope": bound_scope,
                "gap": gap,
                "matches": matches,
                "riders": riders,
                "withdrawn": withdrawn,
                "detail": detail,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.batch_sizes import BatchSizes  # noqa: PLC0415
        from ..models.batch_timing_s import BatchTimingS  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        status = BatchStatus(d.pop("status"))

        version = d.pop("version")

        market = d.pop("market")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_started_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_at_type_0 = datetime.datetime.fromisoformat(data)

                return started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        started_at = _parse_started_at(d.pop("started_at"))

        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        offers = d.pop("offers")

        requests = d.pop("requests")

        sizes = BatchSizes.from_dict(d.pop("sizes"))

        timing_s = BatchTimingS.from_dict(d.pop("timing_s"))

        def _parse_score(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        score = _parse_score(d.pop("score"))

        def _parse_bound(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        bound = _parse_bound(d.pop("bound"))

        def _parse_bound_scope(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        bound_scope = _parse_bound_scope(d.pop("bound_scope"))

        def _parse_gap(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        gap = _parse_gap(d.pop("gap"))

        matches = d.pop("matches")

        riders = d.pop("riders")

        withdrawn = d.pop("withdrawn")

        def _parse_detail(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        detail = _parse_detail(d.pop("detail"))

        batch = cls(
            id=id,
            status=status,
            version=version,
            market=market,
            created_at=created_at,
            started_at=started_at,
            finished_at=finished_at,
            offers=offers,
            requests=requests,
            sizes=sizes,
            timing_s=timing_s,
            score=score,
            bound=bound,
            bound_scope=bound_scope,
            gap=gap,
            matches=matches,
            riders=riders,
            withdrawn=withdrawn,
            detail=detail,
        )

        return batch
