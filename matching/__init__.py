"""The matching engine: an instance in, a plan with a proven bound out. No I/O, no clock, no service."""

from matching.board import Board, stricter
from matching.budget import Budget, Clock, Deadline, Progress
from matching.carrying import carry_all
from matching.check import check
from matching.codec import (
    certified_from_json,
    certified_to_json,
    instance_from_json,
    instance_to_json,
    plan_from_json,
    plan_to_json,
)
from matching.disguise import disguise
from matching.model import (
    BoundScope,
    Certificate,
    CommitmentBroken,
    Cut,
    Instance,
    InvalidInstance,
    Match,
    MatchingError,
    MeetingPoint,
    NoPlanFound,
    Offer,
    Place,
    Plan,
    Request,
    Stop,
    StopKind,
)
from matching.parts import Parts
from matching.session import Session, UnknownTrip
from matching.solve import solve
from matching.travel import Crowfly, Travel
from matching.warm import warm_up

__all__ = [
    "Board",
    "BoundScope",
    "Budget",
    "Certificate",
    "Clock",
    "CommitmentBroken",
    "Crowfly",
    "Cut",
    "Deadline",
    "Instance",
    "InvalidInstance",
    "Match",
    "MatchingError",
    "MeetingPoint",
    "NoPlanFound",
    "Offer",
    "Parts",
    "Place",
    "Plan",
    "Progress",
    "Request",
    "Session",
    "Stop",
    "StopKind",
    "Travel",
    "UnknownTrip",
    "carry_all",
    "certified_from_json",
    "certified_to_json",
    "check",
    "disguise",
    "instance_from_json",
    "instance_to_json",
    "plan_from_json",
    "plan_to_json",
    "solve",
    "stricter",
    "warm_up",
]
