"""Addresses of this room."""

from django.urls import path
from django.views.generic import RedirectView

app_name = "aids"

_soon = RedirectView.as_view(url="/")

urlpatterns = [
    path("aides/", _soon, name="list"),
    path("aides/<uuid:request_id>/", _soon, name="detail"),
    path("aides/<uuid:request_id>/saisie/", _soon, name="edit"),
    path("aides/<uuid:request_id>/points/", _soon, name="points"),
    path("aides/<uuid:request_id>/decision/", _soon, name="decision"),
]
