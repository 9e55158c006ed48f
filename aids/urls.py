"""Addresses of this room."""

app_name = "aids"

urlpatterns = []
