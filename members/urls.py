"""Addresses of this room."""

from django.urls import path

from members.views import (
    bank_details,
    dashboard,
    envelopes,
    fund_moves,
    fund_statement,
    funds,
    history,
    invitations,
    notifications,
    organisations,
    users,
)

app_name = "members"

urlpatterns = [
    path("tableau-de-bord/", dashboard.dashboard, name="dashboard"),
    path("habilitation/", dashboard.switch, name="switch"),
    path("sans-habilitation/", dashboard.no_membership, name="no_membership"),
    path("compte/", users.account, name="account"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
    path("notifications/", notifications.notification_list, name="notifications"),
    path("notifications/nombre/", notifications.unread_count, name="notification_count"),
    path("notifications/lues/", notifications.read_all, name="notifications_read"),
    path("notifications/reglages/", notifications.preferences, name="notification_preferences"),
    path("notifications/arret/<str:token>/", notifications.unsubscribe, name="unsubscribe"),
    path("notifications/<uuid:notification_id>/", notifications.open_one, name="notification_open"),
    path("notifications/<uuid:notification_id>/lue/", notifications.read_one, name="notification_read"),
    path("mon-organisme/", organisations.own_organisation, name="own_organisation"),
    path("adherents/", organisations.organisation_list, name="organisations"),
    path("adherents/nouveau/", organisations.organisation_create, name="organisation_create"),
    path("adherents/coordonnees-bancaires/", bank_details.awaiting, name="bank_details_awaiting"),
    path("adherents/coordonnees-bancaires/banque/", bank_details.look_up, name="bank_look_up"),
    path("adherents/<uuid:organisation_id>/", organisations.organisation, name="organisation"),
    path(
        "adherents/<uuid:organisation_id>/modifier/",
        organisations.organisation_edit,
        name="organisation_edit",
    ),
    path("adherents/<uuid:organisation_id>/historique/", history.organisation, name="organisation_history"),
    path(
        "adherents/<uuid:organisation_id>/coordonnees-bancaires/historique/",
        history.bank_details,
        name="bank_details_history",
    ),
    path("adherents/<uuid:organisation_id>/inviter/", users.invite, name="invite"),
    path(
        "adherents/<uuid:organisation_id>/coordonnees-bancaires/",
        bank_details.of_landlord,
        name="bank_details",
    ),
    path(
        "adherents/<uuid:organisation_id>/coordonnees-bancaires/saisir/",
        bank_details.enter,
        name="bank_details_enter",
    ),
    path(
        "adherents/coordonnees-bancaires/<uuid:details_id>/confirmer/",
        bank_details.confirm,
        name="bank_details_confirm",
    ),
    path(
        "adherents/coordonnees-bancaires/<uuid:details_id>/refuser/",
        bank_details.refuse,
        name="bank_details_refuse",
    ),
    path(
        "adherents/coordonnees-bancaires/<uuid:details_id>/verifier/",
        bank_details.vouch,
        name="bank_details_vouch",
    ),
    path("habilitations/<uuid:membership_id>/suspendre/", users.suspend, name="suspend"),
    path("habilitations/<uuid:membership_id>/retablir/", users.reactivate, name="reactivate"),
    path("habilitations/<uuid:membership_id>/role/", users.change_role, name="change_role"),
    path("invitations/<uuid:invitation_id>/renvoyer/", users.resend_invitation, name="invitation_resend"),
    path("invitations/<uuid:invitation_id>/annuler/", users.cancel_invitation, name="invitation_cancel"),
    path("fonds/", funds.fund_list, name="funds"),
    path("fonds/nouveau/", funds.fund_create, name="fund_create"),
    path("fonds/<uuid:fund_id>/", funds.fund_detail, name="fund"),
    path("fonds/<uuid:fund_id>/seuil/", funds.fund_alert, name="fund_alert"),
    path("fonds/<uuid:fund_id>/releve/", fund_statement.statement, name="fund_statement"),
    path("fonds/<uuid:fund_id>/releve/fichier/", fund_statement.file, name="fund_statement_file"),
    path("fonds/<uuid:fund_id>/historique/", history.fund, name="fund_history"),
    path("fonds/<uuid:fund_id>/versement/", fund_moves.contribute, name="fund_contribute"),
    path("fonds/<uuid:fund_id>/virement/", fund_moves.transfer, name="fund_transfer"),
    path("fonds/<uuid:fund_id>/report/", fund_moves.carry_over, name="fund_carry_over"),
    path("fonds/<uuid:fund_id>/enveloppe/", envelopes.create, name="envelope_create"),
    path("fonds/enveloppes/<uuid:envelope_id>/annuler/", envelopes.cancel, name="envelope_cancel"),
]
