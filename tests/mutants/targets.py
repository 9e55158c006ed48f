"""What is mutated, and the tests that must notice."""

VERDICTS = "tests/access/test_verdicts.py"
MEMBER_VERDICTS = "tests/access/test_member_verdicts.py"
PAYMENT_VERDICTS = "tests/access/test_payment_verdicts.py"
VISIBILITY = "tests/access/test_visibility.py"
FILTERS = "tests/access/test_filters.py"
SHARING = "tests/cases/operations/test_sharing.py"
MATRIX = "tests/access/test_matrix.py"


def seen(*models: str, also: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The words of the filters of these models, then whose rows each person reads."""
    asked = [f"{test}[{model}]" for model in models for test in ("test_sides", "test_the_code_alone")]
    return (
        *(f"{FILTERS}::test_filters[{model}]" for model in models),
        *(f"{VISIBILITY}::{test}" for test in (*asked, *also)),
    )


def worded(model: str) -> tuple[str, ...]:
    """The words of a filter whose rows the scene does not hold, or hardly."""
    return (f"{FILTERS}::test_filters[{model}]",)


#: What is mutated: module -> (names inside it, all if empty; the tests that must notice, likeliest first).
#: Only tests about the module: a whole run must end, and a test that notices by chance proves little.
TARGETS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "cases/permissions.py": ((), (VERDICTS,)),
    "cases/personal_data/permissions.py": ((), (VERDICTS,)),
    "aids/permissions.py": ((), (VERDICTS,)),
    "payments/permissions.py": ((), (PAYMENT_VERDICTS,)),
    "payments/statement_permissions.py": ((), (PAYMENT_VERDICTS,)),
    "members/permissions.py": ((), (MEMBER_VERDICTS,)),
    "members/access.py": (
        ("Actor", "resolve_actor", "roles_required", "grant", "withdraw", "granted_ids"),
        (
            f"{MEMBER_VERDICTS}::test_capacities",
            f"{MEMBER_VERDICTS}::test_the_context_of_an_actor",
            f"{MEMBER_VERDICTS}::test_a_page_is_for_its_roles",
            f"{FILTERS}::test_cases",
            *(
                f"{VISIBILITY}::{test}"
                for test in (
                    "test_a_session_cannot_name_somebody_elses_habilitation",
                    "test_a_closed_person_or_organisation_opens_no_door",
                    "test_which_cases_a_share_opens",
                )
            ),
            f"{MATRIX}::test_own[payments:orders]",
            f"{MATRIX}::test_nobody_signed_in[payments:orders]",
            f"{MATRIX}::test_a_page_closed_to_a_role_names_those_it_is_for",
            SHARING,
        ),
    ),
    "cases/querysets.py": (
        tuple(
            f"TenantCaseQuerySet.{name}"
            for name in ("visible_to", "followed_by", "shared_with", "writable_by", "_shared_ids")
        ),
        (f"{FILTERS}::test_cases", f"{VISIBILITY}::test_which_cases_a_share_opens", SHARING),
    ),
    "cases/models/share.py": (
        ("CaseShareQuerySet.visible_to", "CaseShareQuerySet.live", "CaseHandoverQuerySet.visible_to"),
        (f"{FILTERS}::test_shares_in_force", *seen("CaseShare", "CaseHandover"), SHARING),
    ),
    "cases/models/message.py": (("MessageQuerySet.visible_to",), worded("Message")),
    "aids/querysets.py": (
        ("AidRequestQuerySet.visible_to",),
        seen("AidRequest", also=("test_a_landlord_is_told_of_no_draft",)),
    ),
    "payments/models/order.py": (("PaymentOrderQuerySet.visible_to",), seen("PaymentOrder")),
    "payments/models/advice.py": (("PaymentAdviceQuerySet.visible_to",), seen("PaymentAdvice")),
    "payments/models/batch.py": (("PaymentBatchQuerySet.visible_to",), worded("PaymentBatch")),
    "payments/models/query.py": (("PaymentQueryQuerySet.visible_to",), worded("PaymentQuery")),
    "payments/models/recovery.py": (("PaymentRecoveryQuerySet.visible_to",), worded("PaymentRecovery")),
    "payments/models/statement.py": (("AssociationOnlyQuerySet.visible_to",), worded("BankStatement")),
    "ales/documents/querysets.py": (
        ("audiences_of", "AudienceQuerySet.visible_to"),
        seen("ProductionJob", "StoredDocument", also=("test_a_file_is_for_its_audience",)),
    ),
    "ales/audit/models.py": (
        ("AccessLogQuerySet.visible_to", "ScrubLogQuerySet.visible_to"),
        (*worded("AccessLog"), *worded("ScrubLog")),
    ),
    "ales/works/models.py": (("WorkQuerySet.visible_to",), worded("Work")),
    "members/models/notification.py": (("NotificationQuerySet.visible_to",), worded("Notification")),
    "members/models/fund.py": (("FundQuerySet.visible_to",), seen("Fund")),
    "members/models/envelope.py": (("EnvelopeQuerySet.visible_to",), seen("Envelope")),
    "members/models/bank_details.py": (("BankDetailsQuerySet.visible_to",), seen("BankDetails")),
    "members/models/membership.py": (
        ("MembershipQuerySet.active", "MembershipQuerySet.visible_to", "InvitationQuerySet.visible_to"),
        seen(
            "Membership",
            "Invitation",
            also=(
                "test_a_session_cannot_name_somebody_elses_habilitation",
                "test_a_closed_person_or_organisation_opens_no_door",
            ),
        ),
    ),
    "members/models/session.py": (
        ("SessionRecordQuerySet.open_of",),
        (f"{FILTERS}::test_sessions_that_still_open_pages", "tests/members/sign_in/test_sessions.py"),
    ),
    "members/models/organisation.py": (
        ("OrganisationQuerySet.visible_to", "OrganisationQuerySet.landlords_for"),
        seen("Organisation", also=("test_private_landlords_of_others_are_not_offered",)),
    ),
    "aids/forecast.py": (("payments_expected",), ("tests/aids/test_forecast.py",)),
    "association/statistics.py": (
        ("profiles_for", "is_protected_from"),
        (
            f"{FILTERS}::test_statistics",
            f"{FILTERS}::test_small_cells",
            f"{VISIBILITY}::test_statistics_are_of_ones_own",
        ),
    ),
}

#: Changes that change nothing, so that no test can notice: (module, function, change) -> why.
EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("payments/permissions.py", "may_reject", "allowed left out"): (
        "asked of an executed order only, and its state always allows the reject (payments/states.py: MOVES)"
    ),
}
