"""Numbers that states give to people, told by their check digits: a format alone would fit too many other numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence


def is_national(text: str) -> bool:
    """Whether a text is a valid number of one of the kinds below, with or without its separators."""
    bare = re.sub(r"[\s./-]", "", text).upper()
    return any(form.fullmatch(bare) and valid(bare) for form, valid in _KINDS)


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _nhs(text: str) -> bool:
    """United Kingdom, NHS number: modulus 11."""
    return (11 - _weighted(text[:9], range(10, 1, -1)) % 11) % 11 == int(text[9])


def _dni(text: str) -> bool:
    """Spain, DNI and NIE: a letter for the remainder by 23."""
    number = int(text[:-1].translate(str.maketrans("XYZ", "012")))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == text[-1]


def _nir(text: str) -> bool:
    """France, numéro de sécurité sociale: modulus 97."""
    number = int(text[:13].replace("2A", "19").replace("2B", "18"))
    return 97 - number % 97 == int(text[13:])


def _tax_id(text: str) -> bool:
    """Germany, steuerliche Identifikationsnummer: ISO 7064 MOD 11, 10; exactly one digit recurs among the first ten."""
    counts = sorted(text[:10].count(digit) for digit in set(text[:10]))
    if counts[-1] not in {2, 3} or counts[-2:].count(1) != 1:
        return False
    product = 10
    for digit in text[:10]:
        product = 2 * ((int(digit) + product) % 10 or 10) % 11
    return (11 - product) % 10 == int(text[10])


def _pesel(text: str) -> bool:
    """Poland, PESEL."""
    return -_weighted(text[:10], (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10 == int(text[10])


def _cpf(text: str) -> bool:
    """Brazil, CPF: two check digits of modulus 11."""

    def check(digits: str) -> int:
        return _weighted(digits, range(len(digits) + 1, 1, -1)) * 10 % 11 % 10

    return len(set(text)) > 1 and check(text[:9]) == int(text[9]) and check(text[:10]) == int(text[10])


def _fiscal_code(text: str) -> bool:
    """Italy, codice fiscale."""
    odd = dict(zip("0123456789", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21), strict=True))
    letters = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
    odd |= dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", letters, strict=True))
    even = sum(int(sign) if sign.isdigit() else ord(sign) - ord("A") for sign in text[1:15:2])
    total = sum(odd[sign] for sign in text[:15:2]) + even
    return chr(ord("A") + total % 26) == text[15]


def _social_security(text: str) -> bool:
    """United Kingdom, national insurance number: it has no check digit, its letters are few."""
    return text[:2] not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}


_KINDS: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (re.compile(r"\d{10}"), _nhs),
    (re.compile(r"[\dXYZ]\d{7}[A-Z]"), _dni),
    (re.compile(r"[12]\d{4}(\d\d|2[AB])\d{8}"), _nir),
    (re.compile(r"[1-9]\d{10}"), _tax_id),
    (re.compile(r"\d\d([02468][1-9]|[13579][0-2])([0-2]\d|3[01])\d{5}"), _pesel),
    (re.compile(r"\d{11}"), _cpf),
    (re.compile(r"[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]"), _fiscal_code),
    (re.compile(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]"), _social_security),
)
