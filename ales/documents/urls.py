"""Addresses of stored documents."""

app_name = "documents"

urlpatterns = []
