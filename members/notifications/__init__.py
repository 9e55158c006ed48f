"""Telling people what happened: rows written with the event, shown in the page, mailed as each chose."""

from members.notifications.writing import notify

__all__ = ["notify"]
