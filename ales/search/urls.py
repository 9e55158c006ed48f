from django.urls import path

from ales.search import views

app_name = "search"
urlpatterns = [
    path("", views.page, name="page"),
    path("propositions/", views.propositions, name="propositions"),
]
