"""Sign-in rules of ours on top of allauth."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Nobody opens an account alone: accounts come from invitations."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
