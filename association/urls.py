"""Addresses of this room."""

from django.urls import path

from association.views import statistics

app_name = "association"

urlpatterns = [
    path("statistiques/", statistics.statistics, name="statistics"),
    path("statistiques/export.csv", statistics.export, name="statistics_export"),
]
