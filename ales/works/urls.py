"""Addresses of this room."""

from django.urls import path

from ales.works import views
from ales.works.views import asking, imports

app_name = "works"

urlpatterns = [
    path("", views.work_list, name="list"),
    path("avis/", views.notice, name="notice"),
    path("exporter/", asking.export, name="export"),
    path("preparer/", asking.prepare, name="prepare"),
    path("importer/", imports.index, name="imports"),
    path("importer/modele/", imports.model_file, name="import_model"),
    path("<uuid:public_id>/", views.detail, name="detail"),
    path("<uuid:public_id>/avancement/", views.progress, name="progress"),
    path("<uuid:public_id>/confirmer/", asking.confirm, name="confirm"),
    path("<uuid:public_id>/annuler/", asking.cancel, name="cancel"),
    path("<uuid:public_id>/fichier/", views.download, name="download"),
    path("<uuid:public_id>/compte-rendu/", views.report, name="report"),
]
