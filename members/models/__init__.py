from members.models.bank_details import BankDetails
from members.models.calendar import CalendarAddress
from members.models.envelope import Envelope, FundAlert
from members.models.fund import Fund, FundEntry
from members.models.membership import Invitation, Membership
from members.models.notification import Notification, NotificationDigest, NotificationPreference
from members.models.organisation import Organisation
from members.models.session import SessionRecord
from members.models.user import User

__all__ = [
    "BankDetails",
    "CalendarAddress",
    "Envelope",
    "Fund",
    "FundAlert",
    "FundEntry",
    "Invitation",
    "Membership",
    "Notification",
    "NotificationDigest",
    "NotificationPreference",
    "Organisation",
    "SessionRecord",
    "User",
]
