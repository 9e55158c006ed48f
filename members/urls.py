"""Addresses of this room."""

from django.urls import path

from members.views import dashboard

app_name = "members"

urlpatterns = [
    path("tableau-de-bord/", dashboard.dashboard, name="dashboard"),
    path("habilitation/", dashboard.switch, name="switch"),
    path("sans-habilitation/", dashboard.no_membership, name="no_membership"),
]
