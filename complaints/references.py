"""References of cases: 26-04821-7, said 'twenty-six, oh four eight two one, seven'.

The year it was logged in, a number, and a check digit (Damm's), so that a digit misheard on the telephone, or two
swapped, is noticed and not another family's case.
"""

import re
import unicodedata

from django.urls.converters import StringConverter

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
PATTERN = "[0-9]{2}-[0-9]{5,9}-[0-9]"
_LOOSE = re.compile(r"([0-9]{2})[^0-9A-Za-z]{0,3}([0-9]{5,9})[^0-9A-Za-z]{0,3}([0-9])")


def reference(year: int, number: int) -> str:
    """The reference of the `number`th case logged in `year`."""
    body = f"{year % 100:02d}{number:05d}"
    return f"{body[:2]}-{body[2:]}-{check_digit(body)}"


def check_digit(digits: str) -> int:
    """Damm's check digit of some digits: any one digit wrong, or two neighbours swapped, gives another."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


_DIGITS = ("oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


PLAIN = str.maketrans("\u2018\u2019\u201c\u201d\u2010\u2011\u2013\u2014", "''\"\"----")
"""Curved quotes and long dashes, which spreadsheets put in place of plain ones."""


def own_key(text: str) -> str:
    """What two references of a council's own share that a person would call the same: 'CR/26/1000' and
    'cr / 26 / 1000'."""
    seen = (c for c in unicodedata.normalize("NFKC", text) if c.isprintable() and not c.isspace())
    return "".join(seen).translate(PLAIN).casefold()


def said(text: str) -> str:
    """A reference as it is said on the telephone: '26-04821-7' → 'twenty-six, oh four eight two one, seven'."""
    year, number, check = text.split("-")
    return ", ".join(
        [_year(int(year)), *(" ".join(_DIGITS[int(d)] for d in part) for part in (number, check))]
    )


def _year(year: int) -> str:
    tens, ones = divmod(year, 10)
    if tens == 0:
        return f"oh {_DIGITS[ones]}"
    if tens == 1:
        return _TEENS[ones]
    return f"{_TENS[tens]}-{_DIGITS[ones]}" if ones else _TENS[tens]


def as_written(text: str) -> str:
    """The reference somebody typed, however they set it apart: '26 04821 7' → '26-04821-7'. '' when it is none, or
    its check digit is wrong."""
    found = _LOOSE.fullmatch(text.strip())
    if not found or check_digit(found[1] + found[2]) != int(found[3]):
        return ""
    return "-".join(found.groups())


class ReferenceConverter(StringConverter):
    """A case's reference in an address."""

    regex = PATTERN
