"""Addresses of stored documents."""

from django.urls import path

from ales.documents import views

app_name = "documents"

urlpatterns = [
    path("verification/", views.check, name="check"),
    path("<uuid:public_id>/", views.download, name="download"),
    path("production/<uuid:public_id>/", views.job, name="job"),
    path("production/<uuid:public_id>/ouvrir/", views.open_job, name="open"),
    path("production/<uuid:public_id>/relance/", views.retry, name="retry"),
]
