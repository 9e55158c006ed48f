from django.urls import path

from ales.guide import views

app_name = "guide"
urlpatterns = [
    path("", views.contents, name="contents"),
    path("<slug:slug>/", views.chapter, name="chapter"),
]
