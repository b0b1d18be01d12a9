"""What values look like: e-mail address, telephone, IBAN, card number, UUID …  Shares of a sample, never a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .national import is_national

_PATTERNS = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "phone": re.compile(r"(?!\d{1,2}[./-]\d{1,2}[./-]\d{2,4})(\+|00|\(?0)[\d\s()/.-]{6,20}\d"),
    "ssn": re.compile(r"\d{3}-\d{2}-\d{4}"),
    "uuid": re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE),
    "ip": re.compile(r"(\d{1,3}\.){3}\d{1,3}"),
    "mac": re.compile(r"([0-9a-f]{2}[:-]){5}[0-9a-f]{2}", re.IGNORECASE),
    "url": re.compile(r"https?://\S+", re.IGNORECASE),
}
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


def is_iban(text: str) -> bool:
    """ISO 13616: rearranged and read as a number, the remainder by 97 is 1."""
    text = re.sub(r"\s", "", text).upper()
    if _IBAN.fullmatch(text) is None:
        return False
    return int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97 == 1


def is_card(text: str) -> bool:
    """13 to 19 digits with a right check digit (ISO/IEC 7812-1, Luhn)."""
    digits = re.sub(r"[\s-]", "", text)
    if re.fullmatch(r"[0-9]{13,19}", digits) is None:
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def looks(sample: Sequence[str]) -> dict[str, float]:
    """The share of the sample that has each look; looks that none has are left out."""
    tests: dict[str, Callable[[str], object]] = {name: pattern.fullmatch for name, pattern in _PATTERNS.items()}
    tests |= {"iban": is_iban, "card": is_card, "national": is_national}
    found = {name: sum(bool(test(text.strip())) for text in sample) for name, test in tests.items()}
    return {name: round(count / len(sample), 3) for name, count in found.items() if count}
