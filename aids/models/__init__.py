from aids.models.event import AidEvent, SendBackPoint
from aids.models.profile import AidProfile
from aids.models.request import AidComputation, AidRequest
from aids.models.scale import Scale, ScaleBand
from aids.models.term import FundAllocation, RentTerm

__all__ = [
    "AidComputation",
    "AidEvent",
    "AidProfile",
    "AidRequest",
    "FundAllocation",
    "RentTerm",
    "Scale",
    "ScaleBand",
    "SendBackPoint",
]
