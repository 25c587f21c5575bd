"""Invites as the table that GOV.UK Notify sends texts and e-mails from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from engagement.invites import Invitation

COLUMNS: Final = ("phone number", "email address", "name", "link", "words")
EMAIL_COLUMNS: Final = COLUMNS[1:]
"""The columns by the names Notify gives them. It refuses a file of texts in which one row has no phone number."""

RUN: Final = "=+-@\t\r\n＝＋－＠"
"""What a table program may take for the beginning of a formula."""


def table(invitations: Iterable[Invitation], columns: Sequence[str] = COLUMNS) -> str:
    """The rows, those with a phone number first."""
    text = io.StringIO()
    rows = csv.DictWriter(text, columns, extrasaction="ignore")
    rows.writeheader()
    for one in sorted(invitations, key=lambda one: not one.phone):
        rows.writerow(
            {
                "phone number": one.phone,
                "email address": one.email,
                # A mark in front would be sent with the message, and no name begins like that.
                "name": one.name.lstrip(RUN + " "),
                "link": one.link,
                "words": one.words,
            }
        )
    return text.getvalue()
