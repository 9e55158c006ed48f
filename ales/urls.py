"""Addresses, in French; each room has its own `urls.py`, named here by dotted string only."""

from django.urls import include, path

from ales import views
from ales.gallery.views import gallery

urlpatterns = [
    path("", views.home, name="home"),
    path("sante/", views.health, name="health"),
    path("composants/", gallery, name="gallery"),
    path("", include("members.sign_in.urls")),
    path("guide/", include("ales.guide.urls")),
    path("recherche/", include("ales.search.urls")),
    path("listes/", include("ales.lists.urls")),
    path("documents/", include("ales.documents.urls")),
    path("travaux/", include("ales.works.urls")),
    path("", include("members.urls")),
    path("dossiers/", include("cases.urls")),
    path("", include("cases.privacy_urls")),
    path("echanges/", include("cases.thread_urls")),
    path("", include("aids.urls")),
    path("", include("payments.urls")),
    path("", include("association.urls")),
]
