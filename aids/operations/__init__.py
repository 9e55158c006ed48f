"""One function per use case of the aids (DESIGN §2.2). Nothing else saves a state or calls a transition."""

from aids.operations.decisions import PointInput, reject, reopen, send_back
from aids.operations.grants import TermDecision, stop, validate
from aids.operations.recoveries import note_recovery, settle_recovery
from aids.operations.requests import answer_points, create_request, prepare_protocol, submit, withdraw
from aids.operations.scales import ScaleInput, create_scale, publish_scale, save_scale
from aids.operations.settlements import (
    order_terms,
    release_ordered_terms,
    return_terms,
    settle_terms,
    unsettle_terms,
)
from aids.operations.terms import TermInput, preview, save_terms

__all__ = [
    "PointInput",
    "ScaleInput",
    "TermDecision",
    "TermInput",
    "answer_points",
    "create_request",
    "create_scale",
    "note_recovery",
    "order_terms",
    "prepare_protocol",
    "preview",
    "publish_scale",
    "reject",
    "release_ordered_terms",
    "reopen",
    "return_terms",
    "save_scale",
    "save_terms",
    "send_back",
    "settle_recovery",
    "settle_terms",
    "stop",
    "submit",
    "unsettle_terms",
    "validate",
    "withdraw",
]
