"""Addresses of this room."""

from django.urls import path

from cases.views import case, entry, handover, history, listing, personal_data, protocol, sharing, suggestions

app_name = "cases"

urlpatterns = [
    path("", listing.case_list, name="list"),
    path("nouveau/", listing.new_case, name="new"),
    path("bailleurs/", suggestions.landlords, name="landlords"),
    path("employeurs/", suggestions.employers, name="employers"),
    path("transferts/", handover.handovers, name="handovers"),
    path("transferts/<uuid:handover_id>/", handover.answer, name="handover_answer"),
    path("transferts/<uuid:handover_id>/refus/", handover.refuse, name="handover_refuse"),
    path("transferts/<uuid:handover_id>/annulation/", handover.cancel, name="handover_cancel"),
    path("<uuid:public_id>/", case.detail, name="detail"),
    path("<uuid:public_id>/cloture/", case.close, name="close"),
    path("<uuid:public_id>/reouverture/", case.reopen, name="reopen"),
    path("<uuid:public_id>/referent/", case.referent, name="referent"),
    path("<uuid:public_id>/partage/", sharing.sharing, name="sharing"),
    path("<uuid:public_id>/partage/<uuid:share_id>/prolongation/", sharing.prolong, name="share_prolong"),
    path("<uuid:public_id>/partage/<uuid:share_id>/retrait/", sharing.revoke, name="share_revoke"),
    path("<uuid:public_id>/transfert/", handover.propose, name="handover"),
    path("<uuid:public_id>/documents/", case.documents, name="documents"),
    path("<uuid:public_id>/historique/", history.history, name="history"),
    path("<uuid:public_id>/donnees-personnelles/", personal_data.page, name="personal_data"),
    path(
        "<uuid:public_id>/donnees-personnelles/export/",
        personal_data.export_file,
        name="personal_data_export",
    ),
    path(
        "<uuid:public_id>/donnees-personnelles/rectification/",
        personal_data.correct,
        name="personal_data_correct",
    ),
    path(
        "<uuid:public_id>/donnees-personnelles/limitation/", personal_data.limit, name="personal_data_limit"
    ),
    path("<uuid:public_id>/donnees-personnelles/levee/", personal_data.release, name="personal_data_release"),
    path(
        "<uuid:public_id>/donnees-personnelles/effacement/", personal_data.erase, name="personal_data_erase"
    ),
    path("<uuid:public_id>/etapes/recapitulatif/", entry.summary, name="summary"),
    path("<uuid:public_id>/etapes/<slug:slug>/", entry.step, name="step"),
    path("<uuid:public_id>/etapes/<slug:slug>/brouillon/", entry.autosave, name="autosave"),
    path("<uuid:public_id>/etapes/<slug:slug>/abandon/", entry.discard, name="discard"),
    path("<uuid:public_id>/etapes/<slug:slug>/calcul/", entry.live, name="live"),
    path("<uuid:public_id>/protocole/<uuid:request_id>/", protocol.page, name="protocol"),
    path(
        "<uuid:public_id>/protocole/<uuid:request_id>/brouillon/", protocol.autosave, name="protocol_autosave"
    ),
    path("<uuid:public_id>/protocole/<uuid:request_id>/edition/", protocol.issue, name="protocol_issue"),
    path("<uuid:public_id>/protocole/<uuid:request_id>/revision/", protocol.revise, name="protocol_revise"),
    path("<uuid:public_id>/protocole/<uuid:request_id>/signature/", protocol.sign, name="protocol_sign"),
]
