"""Frozen data of documents: JSON with nothing lost, and its fingerprint."""

import datetime as dt
import hashlib
import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from ales.explanation import Explanation


def _plain(value: Any) -> Any:
    if isinstance(value, Explanation):
        return value.as_dict()
    if isinstance(value, Decimal | UUID | Promise):
        return str(value)
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} can't be frozen in a document's data")


def _refuse_floats(value: Any, where: str) -> None:
    if isinstance(value, float):
        raise TypeError(f"{where} is a float: amounts are Decimal (or text with two decimals)")
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_floats(item, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _refuse_floats(item, f"{where}[{index}]")


def freeze(payload: dict[str, Any]) -> dict[str, Any]:
    """`payload` as JSON would give it back: Decimal as text, dates in ISO, explanations as dicts.

    Raises TypeError for a float or for what has no plain form.
    """
    _refuse_floats(payload, "payload")
    return json.loads(json.dumps(payload, default=_plain, ensure_ascii=False))


def fingerprint(payload: dict[str, Any]) -> str:
    """SHA-256 (hexadecimal) of frozen data, whatever the order of its keys."""
    text = json.dumps(freeze(payload), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
