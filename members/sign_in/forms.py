"""Sign-in forms in the product's own words (allauth's French says "courriel")."""

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm as AllauthCodeForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthCodeAgainForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.utils.translation import gettext_lazy as _

from members.sign_in import codes
from members.sign_in.passwords import PASSWORD_HELP

EMAIL_LABEL = _("Adresse électronique")
PASSWORD_LABEL = _("Mot de passe")
NEW_PASSWORD_LABEL = _("Nouveau mot de passe")
AGAIN_LABEL = _("Le même mot de passe, encore")


class SignInForm(LoginForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = EMAIL_LABEL
        _drop_placeholders(self)


class ForgottenPasswordForm(ResetPasswordForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = EMAIL_LABEL
        _drop_placeholders(self)


class NewPasswordForm(ResetPasswordKeyForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _name_new_password(self)


class PasswordChangeForm(ChangePasswordForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Mot de passe actuel")
        _name_new_password(self)


class PasswordAgainForm(ReauthenticateForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = PASSWORD_LABEL
        _drop_placeholders(self)


def _name_new_password(form) -> None:
    form.fields["password1"].label = NEW_PASSWORD_LABEL
    form.fields["password1"].help_text = PASSWORD_HELP
    form.fields["password2"].label = AGAIN_LABEL
    _drop_placeholders(form)


def _drop_placeholders(form) -> None:
    """allauth's repeat the label in other words (« Adresse e-mail »)."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


# --- Second factor ------------------------------------------------------------------------------


def _name_code(form, label, help_text="") -> None:
    field = form.fields["code"]
    field.label, field.help_text, field.max_length = label, help_text, 20
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}


class CodeUsedOnceMixin:
    """Takes a code of the application, or a recovery code, each of which opens once."""

    def clean_code(self) -> str:
        forget_attempt = check_rate_limit(self.user)
        code = self.cleaned_data["code"]
        known = {found.type: found for found in Authenticator.objects.filter(user=self.user)}
        totp = known.get(Authenticator.Type.TOTP)
        recovery = known.get(Authenticator.Type.RECOVERY_CODES)
        if totp and codes.use(totp, code):
            self.authenticator = totp
        elif recovery and recovery.wrap().validate_code(code):
            self.authenticator = recovery
        else:
            if totp or recovery:
                self._emit_authentication_failed(totp or recovery)
            raise get_adapter().validation_error("incorrect_code")
        self.authenticator.refresh_from_db()
        self.authenticator.user = self.user
        forget_attempt()
        return code


class CodeForm(CodeUsedOnceMixin, AllauthCodeForm):
    """The second factor at sign-in."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _name_code(self, _("Code à 6 chiffres"), _("Ou l’un de vos codes de secours, à 8 chiffres."))


class CodeAgainForm(CodeUsedOnceMixin, AllauthCodeAgainForm):
    """The second factor asked again before a change of the account's security."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _name_code(self, _("Code à 6 chiffres"), _("Ou l’un de vos codes de secours, à 8 chiffres."))


class EnrolApplicationForm(ActivateTOTPForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _name_code(self, _("Code affiché par l’application"))


class AddKeyForm(AddWebAuthnForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Nom de la clé")
        self.fields["name"].max_length = 60
        self.fields["name"].help_text = _("Pour la reconnaître : « Téléphone », « Clé du bureau »…")


class RenameKeyForm(EditWebAuthnForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Nom de la clé")
