"""Addresses of the threads: read by the organisation, the association and the landlord, each their part."""

from django.urls import path

from cases.views import threads

app_name = "threads"

urlpatterns = [
    path("messages/<uuid:message_id>/retrait/", threads.take_back, name="take_back"),
    path("<slug:slug>/<uuid:subject_id>/", threads.thread, name="thread"),
]
