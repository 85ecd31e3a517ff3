"""What the API takes and answers, for the OpenAPI document."""

from service.api.schemas.base import Listed, ProblemBody, ProblemFault
from service.api.schemas.batches import Batch, BatchBody, Certificate, CertificateAsked
from service.api.schemas.deliveries import Attempt, Delivery, Endpoint, Event, NewEndpoint, Redelivery
from service.api.schemas.endpoints import EndpointBody, EndpointDraft, RedeliverBody, RotateBody, SampleBody
from service.api.schemas.imports import Import, ImportFault
from service.api.schemas.markets import ClockBody, DecideByLead, DecideDaily, Market, MeetingPoint, SandboxClock
from service.api.schemas.match_bodies import AnswerBody, DelayBody, PositionBody
from service.api.schemas.matches import (
    CarPosition,
    CostShare,
    Driver,
    Fallback,
    Match,
    MatchInvitation,
    MatchLeft,
    MatchOfLostReturn,
    MatchStop,
    OtherWay,
    ReturnAtRisk,
    Rider,
    RiderEnd,
)
from service.api.schemas.partners import (
    Act,
    Key,
    KeyBody,
    KeyRotateBody,
    NewApiKey,
    Partner,
    PartnerBody,
    PartnerPatch,
)
from service.api.schemas.series import LaterOffer, LaterRequest, Occurrence, OfferSeries, RequestSeries
from service.api.schemas.tokens import NewToken, TokenBody
from service.api.schemas.trips import Offer, Request

__all__ = [
    "Act",
    "AnswerBody",
    "Attempt",
    "Batch",
    "BatchBody",
    "CarPosition",
    "Certificate",
    "CertificateAsked",
    "ClockBody",
    "CostShare",
    "DecideByLead",
    "DecideDaily",
    "DelayBody",
    "Delivery",
    "Driver",
    "Endpoint",
    "EndpointBody",
    "EndpointDraft",
    "Event",
    "Fallback",
    "Import",
    "ImportFault",
    "Key",
    "KeyBody",
    "KeyRotateBody",
    "LaterOffer",
    "LaterRequest",
    "Listed",
    "Market",
    "Match",
    "MatchInvitation",
    "MatchLeft",
    "MatchOfLostReturn",
    "MatchStop",
    "MeetingPoint",
    "NewApiKey",
    "NewEndpoint",
    "NewToken",
    "Occurrence",
    "Offer",
    "OfferSeries",
    "OtherWay",
    "Partner",
    "PartnerBody",
    "PartnerPatch",
    "PositionBody",
    "ProblemBody",
    "ProblemFault",
    "RedeliverBody",
    "Redelivery",
    "Request",
    "RequestSeries",
    "ReturnAtRisk",
    "Rider",
    "RiderEnd",
    "RotateBody",
    "SampleBody",
    "SandboxClock",
    "TokenBody",
]
