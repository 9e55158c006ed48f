"""Addresses of this room."""

app_name = "association"

urlpatterns = []
