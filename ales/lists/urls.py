from django.urls import path

from ales.lists import views

app_name = "lists"
urlpatterns = [
    path("<slug:code>/colonnes/", views.columns, name="columns"),
    path("<slug:code>/vues/", views.save, name="save"),
    path("vue/<uuid:view_id>/nom/", views.rename, name="rename"),
    path("vue/<uuid:view_id>/defaut/", views.make_default, name="make_default"),
    path("vue/<uuid:view_id>/suppression/", views.delete, name="delete"),
]
