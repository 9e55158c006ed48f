from cases.models.budget import BudgetLine, BudgetSnapshot
from cases.models.case import CaseEvent, StepDraft, TenantCase
from cases.models.data_request import DataRequest
from cases.models.entitlement import Entitlement
from cases.models.household import Employment, Household, Person
from cases.models.message import Message, ThreadReading
from cases.models.protocol import Protocol, Undertaking
from cases.models.share import CaseGroupObjectPermission, CaseHandover, CaseShare
from cases.models.tenancy import Tenancy

__all__ = [
    "BudgetLine",
    "BudgetSnapshot",
    "CaseEvent",
    "CaseGroupObjectPermission",
    "CaseHandover",
    "CaseShare",
    "DataRequest",
    "Employment",
    "Entitlement",
    "Household",
    "Message",
    "Person",
    "Protocol",
    "StepDraft",
    "Tenancy",
    "TenantCase",
    "ThreadReading",
    "Undertaking",
]
