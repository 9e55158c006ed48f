"""Bank statements: the file that came back from the bank, checked and read. Pure: no Django, no clock.

`camt.053`/`camt.054` (see camt.py) or a plain CSV (see statement_table.py). Nothing is applied here: the
caller matches the entries by end-to-end reference.
"""

from payments.rules import camt, statement_table
from payments.rules.statement_model import (
    Entry,
    EntryKind,
    Statement,
    StatementError,
    names_the_account,
    return_label,
)

__all__ = [
    "Entry",
    "EntryKind",
    "Statement",
    "StatementError",
    "names_the_account",
    "read",
    "return_label",
]


def read(content: bytes, *, account_iban: str = "") -> tuple[Statement, ...]:
    """The statements in the file, in its order, all of one account.

    `account_iban`: the account that is expected, without spaces; another one is refused (a CSV, which names
    none, is taken to be of that one). Raises StatementError; its `faults` are French sentences.
    """
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return (statement_table.read(content, account_iban),)
    statements = camt.read(content)
    if account_iban and (found := statements[0].account_iban) != account_iban:
        raise StatementError([f"Ce relevé est celui du compte {found}, pas du compte {account_iban}."])
    return statements
