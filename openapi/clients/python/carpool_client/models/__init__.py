"""Contains all the data models used in inputs/outputs"""

from .act import Act
from .act_details import ActDetails
from .answer_body import AnswerBody
from .attempt import Attempt
from .batch import Batch
from .batch_body import BatchBody
from .batch_sizes import BatchSizes
from .batch_status import BatchStatus
from .batch_timing_s import BatchTimingS
from .block import Block
from .bulk_answer import BulkAnswer
from .bulk_offers import BulkOffers
from .bulk_posted import BulkPosted
from .bulk_refused import BulkRefused
from .bulk_requests import BulkRequests
from .car_position import CarPosition
from .certificate import Certificate
from .certificate_asked import CertificateAsked
from .certificate_asked_places import CertificateAskedPlaces
from .certificate_instance import CertificateInstance
from .certificate_places import CertificatePlaces
from .certificate_plan import CertificatePlan
from .clock_body import ClockBody
from .coarse_place import CoarsePlace
from .consent import Consent
from .consent_body import ConsentBody
from .cost_share import CostShare
from .costs import Costs
from .day_figures import DayFigures
from .decide_by_lead import DecideByLead
from .decide_daily import DecideDaily
from .delay_body import DelayBody
from .delivery import Delivery
from .delivery_status import DeliveryStatus
from .driver import Driver
from .driver_answer_type_0 import DriverAnswerType0
from .endpoint import Endpoint
from .endpoint_body import EndpointBody
from .endpoint_body_event_types_type_0_item import EndpointBodyEventTypesType0Item
from .endpoint_disabled_reason_type_0 import EndpointDisabledReasonType0
from .endpoint_event_types_type_0_item import EndpointEventTypesType0Item
from .endpoint_patch import EndpointPatch
from .endpoint_patch_event_types_type_0_item import EndpointPatchEventTypesType0Item
from .endpoint_patch_status import EndpointPatchStatus
from .endpoint_status import EndpointStatus
from .erased_trip import ErasedTrip
from .erased_trip_status import ErasedTripStatus
from .event import Event
from .event_data import EventData
from .event_type import EventType
from .explanation import Explanation
from .explanation_reason import ExplanationReason
from .explanation_status import ExplanationStatus
from .export import Export
from .export_deliveries_item import ExportDeliveriesItem
from .export_events_item import ExportEventsItem
from .fallback import Fallback
from .figures import Figures
from .find_journeys_role import FindJourneysRole
from .get_certificate_places import GetCertificatePlaces
from .get_statistics_of import GetStatisticsOf
from .healthz_response_healthz import HealthzResponseHealthz
from .helpful_change import HelpfulChange
from .helpful_change_field import HelpfulChangeField
from .import_ import Import
from .import_fault import ImportFault
from .import_status import ImportStatus
from .journey import Journey
from .journey_role import JourneyRole
from .journeys import Journeys
from .key import Key
from .key_body import KeyBody
from .key_body_scopes_item import KeyBodyScopesItem
from .key_rotate_body import KeyRotateBody
from .key_scopes_item import KeyScopesItem
from .later_offer import LaterOffer
from .later_offer_metadata import LaterOfferMetadata
from .later_request import LaterRequest
from .later_request_metadata import LaterRequestMetadata
from .list_deliveries_status import ListDeliveriesStatus
from .list_events_types_item import ListEventsTypesItem
from .list_matches_status import ListMatchesStatus
from .list_offers_status import ListOffersStatus
from .list_requests_status import ListRequestsStatus
from .list_series_status import ListSeriesStatus
from .listed_act import ListedAct
from .listed_batch import ListedBatch
from .listed_block import ListedBlock
from .listed_delivery import ListedDelivery
from .listed_endpoint import ListedEndpoint
from .listed_event import ListedEvent
from .listed_import import ListedImport
from .listed_key import ListedKey
from .listed_market import ListedMarket
from .listed_match import ListedMatch
from .listed_meeting_point import ListedMeetingPoint
from .listed_offer import ListedOffer
from .listed_partner import ListedPartner
from .listed_request import ListedRequest
from .listed_union_offer_series_request_series import (
    ListedUnionOfferSeriesRequestSeries,
)
from .market import Market
from .match import Match
from .match_invitation import MatchInvitation
from .match_left import MatchLeft
from .match_of_lost_return import MatchOfLostReturn
from .match_of_lost_return_status import MatchOfLostReturnStatus
from .match_status import MatchStatus
from .match_stop import MatchStop
from .match_stop_kind import MatchStopKind
from .meeting_point import MeetingPoint
from .multi_polygon import MultiPolygon
from .new_api_key import NewApiKey
from .new_api_key_scopes_item import NewApiKeyScopesItem
from .new_endpoint import NewEndpoint
from .new_endpoint_disabled_reason_type_0 import NewEndpointDisabledReasonType0
from .new_endpoint_event_types_type_0_item import NewEndpointEventTypesType0Item
from .new_endpoint_status import NewEndpointStatus
from .new_token import NewToken
from .occurrence import Occurrence
from .offer import Offer
from .offer_draft import OfferDraft
from .offer_draft_metadata import OfferDraftMetadata
from .offer_line import OfferLine
from .offer_line_metadata import OfferLineMetadata
from .offer_metadata import OfferMetadata
from .offer_patch import OfferPatch
from .offer_patch_metadata import OfferPatchMetadata
from .offer_role_type_0 import OfferRoleType0
from .offer_series import OfferSeries
from .offer_series_kind import OfferSeriesKind
from .offer_series_metadata import OfferSeriesMetadata
from .offer_series_status import OfferSeriesStatus
from .offer_status import OfferStatus
from .other_way import OtherWay
from .other_way_explained import OtherWayExplained
from .other_way_explained_reason import OtherWayExplainedReason
from .partner import Partner
from .partner_body import PartnerBody
from .partner_fallbacks import PartnerFallbacks
from .partner_fallbacks_additional_property import PartnerFallbacksAdditionalProperty
from .partner_patch import PartnerPatch
from .polygon import Polygon
from .position_body import PositionBody
from .problem_body import ProblemBody
from .problem_fault import ProblemFault
from .profile import Profile
from .profile_body import ProfileBody
from .recurrence import Recurrence
from .redeliver_body import RedeliverBody
from .redelivery import Redelivery
from .report import Report
from .report_body import ReportBody
from .report_body_kind import ReportBodyKind
from .report_kind import ReportKind
from .report_receipt import ReportReceipt
from .report_receipt_kind import ReportReceiptKind
from .request import Request
from .request_draft import RequestDraft
from .request_draft_metadata import RequestDraftMetadata
from .request_line import RequestLine
from .request_line_metadata import RequestLineMetadata
from .request_metadata import RequestMetadata
from .request_patch import RequestPatch
from .request_patch_metadata import RequestPatchMetadata
from .request_role_type_0 import RequestRoleType0
from .request_series import RequestSeries
from .request_series_kind import RequestSeriesKind
from .request_series_metadata import RequestSeriesMetadata
from .request_series_status import RequestSeriesStatus
from .request_status import RequestStatus
from .return_at_risk import ReturnAtRisk
from .rider import Rider
from .rider_answer_type_0 import RiderAnswerType0
from .rider_end import RiderEnd
from .rotate_body import RotateBody
from .ruled_out import RuledOut
from .ruled_out_name import RuledOutName
from .sample_body import SampleBody
from .sample_body_type import SampleBodyType
from .sandbox_clock import SandboxClock
from .share_body import ShareBody
from .share_link import ShareLink
from .spot import Spot
from .statistics import Statistics
from .stream_events_types_item import StreamEventsTypesItem
from .token_body import TokenBody
from .vehicle import Vehicle

__all__ = (
    "Act",
    "ActDetails",
    "AnswerBody",
    "Attempt",
    "Batch",
    "BatchBody",
    "BatchSizes",
    "BatchStatus",
    "BatchTimingS",
    "Block",
    "BulkAnswer",
    "BulkOffers",
    "BulkPosted",
    "BulkRefused",
    "BulkRequests",
    "CarPosition",
    "Certificate",
    "CertificateAsked",
    "CertificateAskedPlaces",
    "CertificateInstance",
    "CertificatePlaces",
    "CertificatePlan",
    "ClockBody",
    "CoarsePlace",
    "Consent",
    "ConsentBody",
    "Costs",
    "CostShare",
    "DayFigures",
    "DecideByLead",
    "DecideDaily",
    "DelayBody",
    "Delivery",
    "DeliveryStatus",
    "Driver",
    "DriverAnswerType0",
    "Endpoint",
    "EndpointBody",
    "EndpointBodyEventTypesType0Item",
    "EndpointDisabledReasonType0",
    "EndpointEventTypesType0Item",
    "EndpointPatch",
    "EndpointPatchEventTypesType0Item",
    "EndpointPatchStatus",
    "EndpointStatus",
    "ErasedTrip",
    "ErasedTripStatus",
    "Event",
    "EventData",
    "EventType",
    "Explanation",
    "ExplanationReason",
    "ExplanationStatus",
    "Export",
    "ExportDeliveriesItem",
    "ExportEventsItem",
    "Fallback",
    "Figures",
    "FindJourneysRole",
    "GetCertificatePlaces",
    "GetStatisticsOf",
    "HealthzResponseHealthz",
    "HelpfulChange",
    "HelpfulChangeField",
    "Import",
    "ImportFault",
    "ImportStatus",
    "Journey",
    "JourneyRole",
    "Journeys",
    "Key",
    "KeyBody",
    "KeyBodyScopesItem",
    "KeyRotateBody",
    "KeyScopesItem",
    "LaterOffer",
    "LaterOfferMetadata",
    "LaterRequest",
    "LaterRequestMetadata",
    "ListDeliveriesStatus",
    "ListedAct",
    "ListedBatch",
    "ListedBlock",
    "ListedDelivery",
    "ListedEndpoint",
    "ListedEvent",
    "ListedImport",
    "ListedKey",
    "ListedMarket",
    "ListedMatch",
    "ListedMeetingPoint",
    "ListedOffer",
    "ListedPartner",
    "ListedRequest",
    "ListedUnionOfferSeriesRequestSeries",
    "ListEventsTypesItem",
    "ListMatchesStatus",
    "ListOffersStatus",
    "ListRequestsStatus",
    "ListSeriesStatus",
    "Market",
    "Match",
    "MatchInvitation",
    "MatchLeft",
    "MatchOfLostReturn",
    "MatchOfLostReturnStatus",
    "MatchStatus",
    "MatchStop",
    "MatchStopKind",
    "MeetingPoint",
    "MultiPolygon",
    "NewApiKey",
    "NewApiKeyScopesItem",
    "NewEndpoint",
    "NewEndpointDisabledReasonType0",
    "NewEndpointEventTypesType0Item",
    "NewEndpointStatus",
    "NewToken",
    "Occurrence",
    "Offer",
    "OfferDraft",
    "OfferDraftMetadata",
    "OfferLine",
    "OfferLineMetadata",
    "OfferMetadata",
    "OfferPatch",
    "OfferPatchMetadata",
    "OfferRoleType0",
    "OfferSeries",
    "OfferSeriesKind",
    "OfferSeriesMetadata",
    "OfferSeriesStatus",
    "OfferStatus",
    "OtherWay",
    "OtherWayExplained",
    "OtherWayExplainedReason",
    "Partner",
    "PartnerBody",
    "PartnerFallbacks",
    "PartnerFallbacksAdditionalProperty",
    "PartnerPatch",
    "Polygon",
    "PositionBody",
    "ProblemBody",
    "ProblemFault",
    "Profile",
    "ProfileBody",
    "Recurrence",
    "RedeliverBody",
    "Redelivery",
    "Report",
    "ReportBody",
    "ReportBodyKind",
    "ReportKind",
    "ReportReceipt",
    "ReportReceiptKind",
    "Request",
    "RequestDraft",
    "RequestDraftMetadata",
    "RequestLine",
    "RequestLineMetadata",
    "RequestMetadata",
    "RequestPatch",
    "RequestPatchMetadata",
    "RequestRoleType0",
    "RequestSeries",
    "RequestSeriesKind",
    "RequestSeriesMetadata",
    "RequestSeriesStatus",
    "RequestStatus",
    "ReturnAtRisk",
    "Rider",
    "RiderAnswerType0",
    "RiderEnd",
    "RotateBody",
    "RuledOut",
    "RuledOutName",
    "SampleBody",
    "SampleBodyType",
    "SandboxClock",
    "ShareBody",
    "ShareLink",
    "Spot",
    "Statistics",
    "StreamEventsTypesItem",
    "TokenBody",
    "Vehicle",
)
