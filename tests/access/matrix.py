"""Who gets which answer at which address: the whole table, one line an address (DOMAIN §3).

A line says what a GET and a POST with an empty form answer to each role, on an object of its own
organisation. Columns, always in this order:

    social worker · manager · landlord's agent · board member · association admin · treasurer

200 the page; 302 done, or refused with a message; 403 not for this role; 404 not for this person; 422 a form
sent back with its faults; a method left out answers 405 to everybody.

`shared_get` and `shared_post` say what the social workers and managers of an organisation get about a case
that was shared with theirs: first for reading, then for changes. An address that declares nothing answers
them as strangers (tests/access/test_shared.py): a share opens the social file's steps, and nothing else.

What a stranger gets follows from the
line (tests/access/test_matrix.py): 403 where the role is refused anyway, else the same 404 as for an object
that does not exist; the association's staff sees every organisation's. Without a sign-in every line leads
to it.

To add an address, add a line. An address of one's own account, which names no organisation's object, is a
Door.
"""

from dataclasses import dataclass

#: Pages of the social file, and others with one audience.
SOCIAL = "200 200 403 403 403 403"
SOCIAL_DONE = "302 302 403 403 403 403"
SOCIAL_FAULTS = "422 422 403 403 403 403"
MANAGER = "403 200 403 403 403 403"
MANAGER_DONE = "403 302 403 403 403 403"
MANAGER_FAULTS = "403 422 403 403 403 403"
AGENT = "403 403 200 403 403 403"
ADMIN = "403 403 403 403 200 403"
TREASURER = "403 403 403 403 403 200"
TREASURER_DONE = "403 403 403 403 403 302"
ASSOCIATION = "403 403 403 403 200 200"
MANAGER_AND_ASSOCIATION = "403 200 403 403 200 200"
EVERYBODY = "200 200 200 200 200 200"
SENT_ON = "302 302 302 302 302 302"
OWN_ONLY = "302 404 404 404 404 404"
NOBODY = "404 404 404 404 404 404"
#: A work is the one person's who asked for it: the scene's social worker.
ASKER = "200 404 404 404 404 404"
ASKER_DONE = "302 404 404 404 404 404"
OWN_FILES = "200 200 404 404 404 404"
INVITERS = "403 200 200 403 200 403"
PROPOSERS = "403 403 200 403 200 403"


@dataclass(frozen=True)
class Route:
    """One address, about one object of the scene (`about`: see asking.arguments), and its answers.

    `whose` = "landlord": the object is a landlord's, and the social people asked are the landlord's own.
    """

    name: str
    about: str = ""
    get: str = ""
    post: str = ""
    whose: str = "organisation"
    shared_get: str = ""
    shared_post: str = ""
    #: One person's, whom a colleague of the same role is a stranger to.
    is_personal: bool = False

    def answers_to_sharee(self, method: str) -> tuple[int, ...] | None:
        """(where it is shared for reading, for changes); None where the address isn't opened by a share."""
        text = {"get": self.shared_get, "post": self.shared_post}[method]
        return tuple(int(status) for status in text.split()) if text else None

    def answers(self, method: str) -> list[int]:
        text = {"get": self.get, "post": self.post}[method]
        return [int(status) for status in text.split()] if text else [405] * 6


@dataclass(frozen=True)
class Door:
    """An address of the sign-in, of one's own account or of the house: no organisation's object in it."""

    name: str
    arguments: tuple = ()
    anonymous: str = "302"


DOORS = [
    Door("home"),
    Door("health", anonymous="200"),
    Door("gallery", anonymous="200"),
    Door("account_login", anonymous="200"),
    # Not used unless settings say so: tests/members/sign_in/test_proconnect.py.
    Door("proconnect_begin", anonymous="405"),
    Door("proconnect_back", anonymous="404"),
    Door("account_logout"),
    Door("account_reset_password", anonymous="200"),
    Door("account_reset_password_done", anonymous="200"),
    Door("account_reset_password_from_key", ("1", "set-password"), anonymous="200"),
    Door("account_reset_password_from_key_done", anonymous="200"),
    Door("account_change_password"),
    Door("account_reauthenticate"),
    Door("account_inactive", anonymous="200"),
    Door("account_signup", anonymous="200"),
    Door("account_email_verification_sent", anonymous="200"),
    Door("mfa_authenticate"),
    Door("mfa_reauthenticate"),
    Door("mfa_reauthenticate_webauthn"),
    Door("mfa_index"),
    Door("mfa_activate_totp"),
    Door("mfa_deactivate_totp"),
    Door("mfa_list_webauthn"),
    Door("mfa_add_webauthn"),
    Door("mfa_edit_webauthn", (1,)),
    Door("mfa_remove_webauthn", (1,)),
    Door("mfa_view_recovery_codes"),
    Door("mfa_generate_recovery_codes"),
    Door("mfa_download_recovery_codes"),
    Door("account_devices"),
    Door("account_devices_end_others"),
    Door("account_device_end", ("00000000-0000-4000-8000-000000000000",)),
    Door("members:invitation", ("no-such-token",), anonymous="404"),
    Door("members:unsubscribe", ("no-such-token",), anonymous="404"),
    # How one likes a list one's role has; another person's view doesn't exist (tests/lists).
    Door("lists:columns", ("demandes",)),
    Door("lists:save", ("demandes",)),
    Door("lists:rename", ("00000000-0000-4000-8000-000000000000",)),
    Door("lists:make_default", ("00000000-0000-4000-8000-000000000000",)),
    Door("lists:delete", ("00000000-0000-4000-8000-000000000000",)),
    # The same for every organisation; which roles read which chapter: tests/guide.
    Door("guide:chapter", ("se-reperer",)),
    Door("guide:chapter", ("saisir-le-budget",)),
    Door("members:calendar_feed", ("no-such-token",), anonymous="404"),
]

ROUTES = [
    # Files
    Route("documents:download", "document", get=OWN_FILES),
    Route("documents:download", "money_document", get="404 200 404 404 200 200"),
    Route("documents:download", "landlord_document", get="200 200 200 404 200 200"),
    Route("documents:job", "job", get=OWN_FILES),
    Route("documents:open", "job", get=OWN_FILES),
    Route("documents:retry", "job", post="302 302 404 404 404 404"),
    Route("documents:check", post=EVERYBODY),
    # The search box: everybody has the page, and what it finds follows the role (test_search.py).
    Route("search:page", get=EVERYBODY),
    Route("search:propositions", post=EVERYBODY),
    Route("guide:contents", get=EVERYBODY),
    # Long works: what none of the lists' buttons asks for is nobody's
    Route("works:list", get=EVERYBODY),
    Route("works:notice", get=EVERYBODY),
    Route("works:export", post=NOBODY),
    Route("works:prepare", post=NOBODY),
    Route("works:imports", get="200 200 403 403 200 403", post="404 404 403 403 404 403"),
    Route("works:import_model", get=NOBODY),
    Route("works:detail", "work", get=ASKER, is_personal=True),
    Route("works:progress", "work", get=ASKER, is_personal=True),
    Route("works:download", "work", get=ASKER, is_personal=True),
    Route("works:report", "work", get=ASKER, is_personal=True),
    Route("works:confirm", "work", post=ASKER_DONE, is_personal=True),
    Route("works:cancel", "work", post=ASKER_DONE, is_personal=True),
    # Oneself
    Route("members:dashboard", get=EVERYBODY),
    Route("members:tour_end", post=SENT_ON),
    Route("members:tour_again", post=SENT_ON),
    Route("members:switch", post=SENT_ON),
    Route("members:no_membership", get=SENT_ON),
    Route("members:account", get=EVERYBODY, post=EVERYBODY),
    Route("members:notifications", get=EVERYBODY),
    Route("members:notification_count", get=EVERYBODY),
    Route("members:notifications_read", post=SENT_ON),
    Route("members:notification_preferences", get=EVERYBODY, post=EVERYBODY),
    Route("members:notification_open", "notification", post=OWN_ONLY),
    Route("members:notification_read", "notification", post=OWN_ONLY),
    Route("members:calendar", get=EVERYBODY),
    Route("members:calendar_renew", post=EVERYBODY),
    Route("members:calendar_revoke", post=SENT_ON),
    # Organisations and their users
    Route("members:own_organisation", get="403 200 200 403 403 403"),
    Route("members:organisations", get=ASSOCIATION),
    Route("members:people", get="403 200 200 403 200 200"),
    Route("members:organisation_create", get=ADMIN, post=ADMIN),
    Route("members:organisation", "organisation", get=ASSOCIATION),
    Route("members:organisation_history", "organisation", get="403 200 403 403 200 200"),
    Route("members:organisation_edit", "organisation", get=ADMIN, post=ADMIN),
    Route("members:invite", "organisation", get="403 200 404 403 200 403", post="403 200 404 403 200 403"),
    Route("members:invite", "landlord", get=INVITERS, post=INVITERS, whose="landlord"),
    Route("members:suspend", "membership", post="403 302 403 403 302 403"),
    Route("members:reactivate", "membership", post="403 302 403 403 302 403"),
    Route("members:change_role", "membership", get="403 200 403 403 200 403", post="403 200 403 403 200 403"),
    Route("members:invitation_resend", "invitation", post="403 302 404 403 302 403"),
    Route("members:invitation_resend", "agent_invitation", post="403 302 302 403 302 403", whose="landlord"),
    Route("members:invitation_cancel", "invitation", post="403 302 404 403 302 403"),
    Route("members:invitation_cancel", "agent_invitation", post="403 302 302 403 302 403", whose="landlord"),
    # Bank details
    Route("members:bank_details_awaiting", get=ASSOCIATION),
    Route("members:bank_look_up", post=PROPOSERS),
    Route("members:bank_details", "landlord", get="403 200 200 403 200 200", whose="landlord"),
    Route("members:bank_details_history", "landlord", get="403 200 200 403 200 200", whose="landlord"),
    Route("members:bank_details_enter", "landlord", get=PROPOSERS, post=PROPOSERS, whose="landlord"),
    Route("members:bank_details_confirm", "proposed_details", post=TREASURER_DONE, whose="landlord"),
    Route(
        "members:bank_details_vouch",
        "proposed_details",
        get=TREASURER_DONE,
        post=TREASURER_DONE,
        whose="landlord",
    ),
    Route("members:bank_details_refuse", "proposed_details", get=TREASURER, post=TREASURER, whose="landlord"),
    # Funds
    Route("members:funds", get=MANAGER_AND_ASSOCIATION),
    Route("members:fund_create", get=ADMIN, post=ADMIN),
    Route("members:fund", "fund", get=MANAGER_AND_ASSOCIATION),
    Route("members:fund", "landlord_fund", get=MANAGER_AND_ASSOCIATION, whose="landlord"),
    Route("members:fund_alert", "fund", get="403 200 403 403 200 403", post="403 200 403 403 200 403"),
    Route("members:fund_statement", "fund", get=MANAGER_AND_ASSOCIATION),
    Route("members:fund_statement_file", "fund", post="403 302 403 403 302 302"),
    Route("members:fund_history", "fund", get=MANAGER_AND_ASSOCIATION),
    Route("members:fund_carry_over", "fund", get=ADMIN, post=ADMIN),
    Route("members:envelope_create", "fund", get=ADMIN, post=ADMIN),
    Route("members:envelope_cancel", "envelope", get=ADMIN, post=ADMIN),
    Route("members:fund_contribute", "fund", get=ADMIN, post=ADMIN),
    Route("members:fund_transfer", "fund", get=ADMIN, post=ADMIN),
    # The social file
    Route("cases:list", get=SOCIAL),
    Route("cases:new", get=SOCIAL, post=SOCIAL),
    Route("members:communes", get="200 200 403 403 200 403"),
    Route("cases:landlords", get=SOCIAL),
    Route("cases:employers", get=SOCIAL),
    Route("cases:detail", "case", get=SOCIAL, shared_get="200 200"),
    Route("cases:history", "case", get=SOCIAL),
    Route("cases:close", "case", get=SOCIAL, post=SOCIAL),
    Route("cases:reopen", "closed_case", post=SOCIAL_DONE),
    Route("cases:referent", "case", get=SOCIAL, post=SOCIAL),
    Route("cases:sharing", "case", get=SOCIAL, post=SOCIAL_FAULTS),
    Route("cases:share_prolong", "share", get=SOCIAL, post=SOCIAL_FAULTS),
    Route("cases:share_revoke", "share", post=SOCIAL_DONE),
    Route("cases:handover", "case", get=MANAGER, post=MANAGER_FAULTS),
    Route("cases:handovers", get=MANAGER),
    Route("cases:handover_answer", "received_handover", get=MANAGER, post=MANAGER_FAULTS),
    Route("cases:handover_refuse", "received_handover", get=MANAGER, post=MANAGER_FAULTS),
    Route("cases:handover_cancel", "sent_handover", post=MANAGER_DONE),
    Route("cases:documents", "case", get=SOCIAL, post=SOCIAL),
    Route("cases:summary", "case", get=SOCIAL, shared_get="200 200"),
    Route("cases:personal_data", "case", get=SOCIAL),
    Route("cases:personal_data_export", "case", post=SOCIAL_DONE),
    Route("cases:personal_data_correct", "case", post=SOCIAL_FAULTS),
    Route("cases:personal_data_limit", "case", post=SOCIAL_FAULTS),
    Route("cases:personal_data_release", "case", post=SOCIAL_DONE),
    Route("cases:personal_data_erase", "case", get="302 200 403 403 403 403", post="302 200 403 403 403 403"),
    Route("privacy:access_log", get=MANAGER),
    Route("privacy:register", get=ADMIN),
    Route("cases:step", "step", get=SOCIAL, post=SOCIAL_FAULTS, shared_get="302 200", shared_post="302 422"),
    Route("cases:autosave", "step", post=SOCIAL, shared_post="422 200"),
    Route("cases:discard", "step", post=SOCIAL_DONE, shared_post="302 302"),
    Route("cases:live", "step", post=SOCIAL, shared_post="200 200"),
    Route("cases:protocol", "protocol", get=SOCIAL, post=SOCIAL_FAULTS),
    Route("cases:protocol_autosave", "protocol", post=SOCIAL),
    Route("cases:protocol_issue", "protocol", post=SOCIAL_DONE),
    Route("cases:protocol_revise", "protocol", post=SOCIAL_DONE),
    Route("cases:protocol_sign", "protocol", post=SOCIAL_FAULTS),
    # Threads: of a case for its organisation, of an aid for the association and the landlord as well
    Route("threads:thread", "case_thread", get="200 200 404 403 404 404", post="422 422 404 403 404 404"),
    Route("threads:thread", "aid_thread", get="200 200 200 403 200 200", post="422 422 422 403 422 422"),
    Route("threads:take_back", "message", post="302 302 404 403 404 404"),
    # Aids
    Route("aids:list", get="200 200 403 403 200 200"),
    Route("aids:queue", get=MANAGER),
    Route("aids:to_stop", get=MANAGER),
    # Refused to a sharee with a message, and nothing is made.
    Route("aids:create", "case", post=SOCIAL_DONE, shared_post="302 302"),
    Route("aids:detail", "submitted", get="200 200 403 403 200 200"),
    Route("aids:history", "submitted", get="200 200 403 403 200 200"),
    Route("aids:edit", "draft", get=SOCIAL, post=SOCIAL_FAULTS),
    Route("aids:preview", "draft", post=SOCIAL),
    Route("aids:prepare_protocol", "draft", post=SOCIAL_DONE),
    Route("aids:submit", "draft", post=SOCIAL_DONE),
    Route("aids:points", "returned", get=SOCIAL, post=SOCIAL),
    Route("aids:withdraw", "submitted", get=SOCIAL, post=SOCIAL),
    Route("aids:stop", "validated", get=SOCIAL, post=SOCIAL),
    Route("aids:reopen", "rejected", get=ADMIN, post=ADMIN),
    Route("aids:decision", "submitted", get=MANAGER),
    Route("aids:validate", "submitted", post=MANAGER_FAULTS),
    Route("aids:send_back", "submitted", post=MANAGER_DONE),
    Route("aids:reject", "submitted", post=MANAGER_FAULTS),
    # Scales: the same for every organisation
    Route("aids:scales", get=ASSOCIATION),
    Route("aids:scale_create", get=ADMIN, post=ADMIN),
    Route("aids:scale", "scale", get=ASSOCIATION, post=ASSOCIATION),
    Route("aids:scale_history", "scale", get=ASSOCIATION),
    Route("aids:scale_history", "draft_scale", get=ASSOCIATION),
    Route("aids:scale_publish", "draft_scale", get=ADMIN, post=ADMIN),
    # Payments
    Route("payments:orders", get=MANAGER_AND_ASSOCIATION),
    Route("payments:sign_many", get=TREASURER, post=TREASURER),
    Route("payments:batches", get=ASSOCIATION),
    Route("payments:batch_prepare", get=TREASURER, post=TREASURER),
    Route("payments:batch", "batch", get=ASSOCIATION),
    Route("payments:batch_send", "batch", get=TREASURER_DONE, post=TREASURER_DONE),
    Route("payments:batch_cancel", "batch", get=TREASURER_DONE, post=TREASURER_DONE),
    Route("payments:order", "order", get=MANAGER_AND_ASSOCIATION),
    Route("payments:accounting", get=ASSOCIATION),
    Route("payments:accounting_close", get=TREASURER_DONE, post=TREASURER_DONE),
    Route("payments:sign", "order", get=TREASURER_DONE, post=TREASURER_DONE),
    Route("payments:execution", "signed_order", get=TREASURER, post=TREASURER),
    Route("payments:give_up", "order", get="403 200 403 403 403 200", post="403 200 403 403 403 200"),
    Route("payments:reject", "sent_order", get=TREASURER, post=TREASURER),
    Route("payments:reorder", "rejected_order", get=MANAGER_DONE, post=MANAGER_DONE),
    Route(
        "payments:release_rejected",
        "rejected_order",
        get="403 200 403 403 403 200",
        post="403 200 403 403 403 200",
    ),
    Route("payments:statements", get=ASSOCIATION, post="403 403 403 403 302 422"),
    Route("payments:statement", "statement", get=ASSOCIATION),
    Route("payments:statement_apply", "statement", post=TREASURER_DONE),
    Route("payments:statement_progress", "statement", get=ASSOCIATION),
    Route("payments:statement_set_aside", "statement", get=TREASURER, post=TREASURER),
    Route("payments:lines_to_settle", get=ASSOCIATION),
    Route("payments:statement_line", "statement_line", get=TREASURER, post=TREASURER),
    Route(
        "payments:statement_line_close",
        "statement_line",
        post="403 403 403 403 403 422",
    ),
    Route("payments:statement_line_batch", "statement_line", post="403 403 403 403 403 302"),
    Route("payments:request", "validated", get=MANAGER, post=MANAGER),
    Route("payments:request_total", "validated", post=MANAGER),
    Route(
        "payments:recovery_ask", "executed_order", get=MANAGER_AND_ASSOCIATION, post=MANAGER_AND_ASSOCIATION
    ),
    Route("payments:recoveries", get=MANAGER_AND_ASSOCIATION),
    Route("payments:recovery", "recovery", get=MANAGER_AND_ASSOCIATION),
    Route("payments:recovery_record", "recovery", get=TREASURER, post=TREASURER),
    Route("payments:recovery_drop", "recovery", get=ASSOCIATION, post=ASSOCIATION),
    Route("payments:queries", get=MANAGER_AND_ASSOCIATION),
    Route("payments:query", "query", get=MANAGER_AND_ASSOCIATION, post=MANAGER_AND_ASSOCIATION),
    Route("payments:tenant_aids", get=AGENT),
    Route("payments:tenant_aid", "validated", get=AGENT),
    Route("payments:tenant_aid", "draft", get="403 403 404 403 403 403"),
    Route("payments:receipts", get=AGENT),
    Route("payments:confirm_receipt", "advice", get=AGENT, post=AGENT),
    Route("payments:ask_query", "advice", get=AGENT, post=AGENT),
    # The association
    Route("association:statistics", get=EVERYBODY),
    Route("association:statistics_export", get=EVERYBODY),
]  # fmt: skip
