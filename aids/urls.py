"""Addresses of this room."""

from django.urls import path

from aids.views import decisions, entry, history, lists, requests, scales, stops

app_name = "aids"

urlpatterns = [
    path("aides/", lists.index, name="list"),
    path("aides/a-decider/", lists.queue, name="queue"),
    path("aides/a-arreter/", stops.to_stop, name="to_stop"),
    path("aides/nouvelle/<uuid:case_id>/", requests.create, name="create"),
    path("aides/<uuid:request_id>/", requests.detail, name="detail"),
    path("aides/<uuid:request_id>/historique/", history.history, name="history"),
    path("aides/<uuid:request_id>/saisie/", entry.edit, name="edit"),
    path("aides/<uuid:request_id>/saisie/calcul/", entry.preview, name="preview"),
    path("aides/<uuid:request_id>/protocole/", requests.prepare_protocol, name="prepare_protocol"),
    path("aides/<uuid:request_id>/soumettre/", requests.submit, name="submit"),
    path("aides/<uuid:request_id>/points/", requests.points, name="points"),
    path("aides/<uuid:request_id>/retirer/", requests.withdraw, name="withdraw"),
    path("aides/<uuid:request_id>/arreter/", stops.stop, name="stop"),
    path("aides/<uuid:request_id>/rouvrir/", requests.reopen, name="reopen"),
    path("aides/<uuid:request_id>/decision/", decisions.decision, name="decision"),
    path("aides/<uuid:request_id>/valider/", decisions.validate, name="validate"),
    path("aides/<uuid:request_id>/renvoyer/", decisions.send_back, name="send_back"),
    path("aides/<uuid:request_id>/refuser/", decisions.reject, name="reject"),
    path("baremes/", scales.index, name="scales"),
    path("baremes/nouveau/", scales.create, name="scale_create"),
    path("baremes/<uuid:scale_id>/", scales.detail, name="scale"),
    path("baremes/<uuid:scale_id>/historique/", history.scale_history, name="scale_history"),
    path("baremes/<uuid:scale_id>/publication/", scales.publish, name="scale_publish"),
]
