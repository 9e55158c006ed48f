"""Addresses of sign-in and of one's account's security, in French; the names are allauth's."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from members.sign_in import views
from members.sign_in.proconnect import views as proconnect

FACTOR = "compte/double-authentification/"

urlpatterns = [
    path("connexion/", views.sign_in, name="account_login"),
    path("connexion/proconnect/", proconnect.begin, name="proconnect_begin"),
    path("connexion/proconnect/retour/", proconnect.back, name="proconnect_back"),
    path("connexion/code/", mfa.authenticate, name="mfa_authenticate"),
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
    path("compte/confirmation/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("compte/confirmation/cle/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("compte/inactif/", account.account_inactive, name="account_inactive"),
    path("compte/inscription/", account.signup, name="account_signup"),
    path("compte/verification/", account.email_verification_sent, name="account_email_verification_sent"),
    path("compte/appareils/", views.devices, name="account_devices"),
    path("compte/appareils/autres/fermer/", views.end_other_sessions, name="account_devices_end_others"),
    path("compte/appareils/<uuid:record_id>/fermer/", views.end_session, name="account_device_end"),
    path(FACTOR, mfa.index, name="mfa_index"),
    path(f"{FACTOR}application/", totp.activate_totp, name="mfa_activate_totp"),
    path(f"{FACTOR}application/retirer/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(f"{FACTOR}cles/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path(f"{FACTOR}cles/nouvelle/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path(f"{FACTOR}cles/<int:pk>/nom/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path(f"{FACTOR}cles/<int:pk>/retirer/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path(f"{FACTOR}codes-de-secours/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        f"{FACTOR}codes-de-secours/nouveaux/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        f"{FACTOR}codes-de-secours/telecharger/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]
