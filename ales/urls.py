"""Addresses, in French; each room has its own `urls.py`, named here by dotted string only."""

from allauth.account import views as account
from django.urls import include, path, re_path

from ales import views

urlpatterns = [
    path("", views.home, name="home"),
    path("sante/", views.health, name="health"),
    path("composants/", views.gallery, name="gallery"),
    path("connexion/", account.login, name="account_login"),
    path("deconnexion/", account.logout, name="account_logout"),
    path("compte/mot-de-passe/oublie/", account.password_reset, name="account_reset_password"),
    path(
        "compte/mot-de-passe/oublie/envoye/", account.password_reset_done, name="account_reset_password_done"
    ),
    # A pattern of its own: the key holds hyphens too.
    re_path(
        r"^compte/mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "compte/mot-de-passe/nouveau/fait/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("compte/mot-de-passe/", account.password_change, name="account_change_password"),
    path("compte/confirmation/", account.reauthenticate, name="account_reauthenticate"),
    path("compte/inactif/", account.account_inactive, name="account_inactive"),
    path("compte/inscription/", account.signup, name="account_signup"),
    path("compte/verification/", account.email_verification_sent, name="account_email_verification_sent"),
    path("documents/", include("ales.documents.urls")),
    path("", include("members.urls")),
    path("dossiers/", include("cases.urls")),
    path("", include("aids.urls")),
    path("", include("payments.urls")),
    path("", include("association.urls")),
]
