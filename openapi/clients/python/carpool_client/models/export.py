from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.block import Block
    from ..models.export_deliveries_item import ExportDeliveriesItem
    from ..models.export_events_item import ExportEventsItem
    from ..models.match import Match
    from ..models.offer import Offer
    from ..models.offer_series import OfferSeries
    from ..models.profile import Profile
    from ..models.report import Report
    from ..models.request import Request
    from ..models.request_series import RequestSeries


T = TypeVar("T", bound="Export")


@_attrs_define
class Export:
    """All that is kept about a person, but for their part in others' blocks and reports. Lists are whole.

    Attributes:
        commuter_id (str):
        exported_at (datetime.datetime):
        profile (list[Profile]): One, or none.
        offers (list[Offer]):
        requests (list[Request]):
        series (list[OfferSeries | RequestSeries]):
        matches (list[Match]): With this person's own stops and part alone.
        events (list[ExportEventsItem]): `id`, `type` and `data`, which is cut as matches are.
        deliveries (list[ExportDeliveriesItem]): By `event_id` and `endpoint_id`, with their attempts.
        blocks (list[Block]):
        reports (list[Report]): By this person.
    """

    commuter_id: str
    exported_at: datetime.datetime
    profile: list[Profile]
    offers: list[Offer]
    requests: list[Request]
    series: list[OfferSeries | RequestSeries]
    matches: list[Match]
    events: list[ExportEventsItem]
    deliveries: list[ExportDeliveriesItem]
    blocks: list[Block]
    reports: list[Report]

    def to_dict(self) -> dict[str, Any]:
        from ..models.offer_series import OfferSeries  # noqa: PLC0415

        commuter_id = self.commuter_id

        exported_at = self.exported_at.isoformat()

        profile = []
        for profile_item_data in self.profile:
            profile_item = profile_item_data.to_dict()
            profile.append(profile_item)

        offers = []
        for offers_item_data in self.offers:
            offers_item = offers_item_data.to_dict()
            offers.append(offers_item)

        requests = []
        for requests_item_data in self.requests:
            requests_item = requests_item_data.to_dict()
            requests.append(requests_item)

        series = []
        for series_item_data in self.series:
            series_item: dict[str, Any]
            if isinstance(series_item_data, OfferSeries):
                series_item = series_item_data.to_dict()
            else:
                series_item = series_item_data.to_dict()

            series.append(series_item)

        matches = []
        for matches_item_data in self.matches:
            matches_item = matches_item_data.to_dict()
            matches.append(matches_item)

        events = []
        for events_item_data in self.events:
            events_item = events_item_data.to_dict()
            events.append(events_item)

        deliveries = []
        for deliveries_item_data in self.deliveries:
            deliveries_item = deliveries_item_data.to_dict()
            deliveries.append(deliveries_item)

        blocks = []
        for blocks_item_data in self.blocks:
            blocks_item = blocks_item_data.to_dict()
            blocks.append(blocks_item)

        reports = []
        for reports_item_data in self.reports:
            reports_item = reports_item_data.to_dict()
            reports.append(reports_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "commuter_id": commuter_id,
                "exported_at": exported_at,
                "profile": profile,
                "offers": offers,
                "requests": requests,
                "series": series,
                "matches": matches,
                "events": events,
                "deliveries": deliveries,
                "blocks": blocks,
                "reports": reports,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.block import Block  # noqa: PLC0415
        from ..models.export_deliveries_item import ExportDeliveriesItem  # noqa: PLC0415
        from ..models.export_events_item import ExportEventsItem  # noqa: PLC0415
        from ..models.match import Match  # noqa: PLC0415
        from ..models.offer import Offer  # noqa: PLC0415
        from ..models.offer_series import OfferSeries  # noqa: PLC0415
        from ..models.profile import Profile  # noqa: PLC0415
        from ..models.report import Report  # noqa: PLC0415
        from ..models.request import Request  # noqa: PLC0415
        from ..models.request_series import RequestSeries  # noqa: PLC0415

        d = dict(src_dict)
        commuter_id = d.pop("commuter_id")

        exported_at = datetime.datetime.fromisoformat(d.pop("exported_at"))

        profile = []
        _profile = d.pop("profile")
        for profile_item_data in _profile:
            profile_item = Profile.from_dict(profile_item_data)

            profile.append(profile_item)

        offers = []
        _offers = d.pop("offers")
        for offers_item_data in _offers:
            offers_item = Offer.from_dict(offers_item_data)

            offers.append(offers_item)

        requests = []
        _requests = d.pop("requests")
        for requests_item_data in _requests:
            requests_item = Request.from_dict(requests_item_data)

            requests.append(requests_item)

        series = []
        _series = d.pop("series")
        for series_item_data in _series:

            def _parse_series_item(data: object) -> OfferSeries | RequestSeries:
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    series_item_type_0 = OfferSeries.from_dict(data)

                    return series_item_type_0
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                if not isinstance(data, dict):
                    raise TypeError()
                series_item_type_1 = RequestSeries.from_dict(data)

                return series_item_type_1

            series_item = _parse_series_item(series_item_data)

            series.append(series_item)

        matches = []
        _matches = d.pop("matches")
        for matches_item_data in _matches:
            matches_item = Match.from_dict(matches_item_data)

            matches.append(matches_item)

        events = []
        _events = d.pop("events")
        for events_item_data in _events:
            events_item = ExportEventsItem.from_dict(events_item_data)

            events.append(events_item)

        deliveries = []
        _deliveries = d.pop("deliveries")
        for deliveries_item_data in _deliveries:
            deliveries_item = ExportDeliveriesItem.from_dict(deliveries_item_data)

            deliveries.append(deliveries_item)

        blocks = []
        _blocks = d.pop("blocks")
        for blocks_item_data in _blocks:
            blocks_item = Block.from_dict(blocks_item_data)

            blocks.append(blocks_item)

        reports = []
        _reports = d.pop("reports")
        for reports_item_data in _reports:
            reports_item = Report.from_dict(reports_item_data)

            reports.append(reports_item)

        export = cls(
            commuter_id=commuter_id,
            exported_at=exported_at,
            profile=profile,
            offers=offers,
            requests=requests,
            series=series,
            matches=matches,
            events=events,
            deliveries=deliveries,
            blocks=blocks,
            reports=reports,
        )

        return export
