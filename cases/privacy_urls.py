"""Addresses of what the law says of the files (DOMAIN §14), outside `/dossiers/`."""

from django.urls import path

from cases.views import accesses, register

app_name = "privacy"

urlpatterns = [
    path("mon-organisme/journal-des-acces/", accesses.access_log, name="access_log"),
    path("registre-des-traitements/", register.processing_register, name="register"),
]
