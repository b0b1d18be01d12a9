"""How a column relates to people, guessed from its name, type, uniqueness, lengths and looks.

A guess towards caution: what is not clearly a measure, a date or a small set of categories is `unknown`, which counts
as sensitive.  The owner confirms or corrects it (`release`).
"""

from __future__ import annotations

import re
from itertools import pairwise

from daytwo.executor.catalog.buckets import FEW_VALUES, SOME_VALUES, column_type
from daytwo.executor.catalog.profile import ColumnProfile
from daytwo.wire.sheet import ColumnClass, ColumnType

LOOK_SHARE = 0.5
FREE_TEXT_MEAN_LENGTH = 40
FREE_TEXT_LONGEST = 200
VARIED_SHARE = 0.5

_IDENTIFIER = frozenset(
    """
    email mail phone telephone telefon mobile handy fax ssn iban bic passport username login firstname lastname
    fullname surname vorname nachname familienname street strasse address adresse signature mrn nhs licence license
    plate account konto kontonummer
    """.split()  # noqa: SIM905 - a word list reads better than its list of literals
)
_IDENTIFIER_PAIRS = frozenset(
    {
        *((which, "name") for which in ("first", "last", "full", "family", "given", "middle", "user")),
        *((who, "name") for who in ("customer", "client", "patient", "person", "employee", "contact")),
        *(("e", "mail"), ("card", "number"), ("credit", "card"), ("tax", "id"), ("social", "security")),
    }
)
_SENSITIVE = frozenset(
    """
    diagnosis diagnose icd disease illness medication religion ethnicity race hiv disability genetic political sexual
    orientation conviction salary gehalt income einkommen wage password secret
    """.split()  # noqa: SIM905 - as above
)
_QUASI = frozenset(
    """
    birth birthday birthdate dob geburtsdatum geburtstag age alter zip zipcode postcode postal plz gender sex
    geschlecht nationality citizenship marital occupation profession job beruf lat latitude lon lng longitude town
    village
    """.split()  # noqa: SIM905 - as above
)
_REFERENCES = frozenset({"id", "uid", "uuid", "guid"})
_PEOPLE = frozenset({"customer", "client", "patient", "person", "employee", "contact", "user", "member", "student"})
_KEYS = frozenset({"ids", "key", "nr", "no", "number", "nummer", "code", "ref"})
_MEASURES = frozenset(ColumnType) - {ColumnType.TEXT, ColumnType.BINARY, ColumnType.NESTED, ColumnType.UNKNOWN}
_IDENTIFYING_LOOKS = ("email", "phone", "ssn", "national", "iban", "card", "ip", "mac")


def words(name: str) -> tuple[str, ...]:
    """`customerId` and `customer_id` → (customer, id)."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return tuple(re.findall(r"[^\W_]+", split.casefold()))


def classify(column: ColumnProfile, rows: int) -> ColumnClass:
    """The class of a column of a table with this many rows."""
    if any(column.looks.get(look, 0) >= LOOK_SHARE for look in _IDENTIFYING_LOOKS):
        return ColumnClass.IDENTIFIER
    named = words(column.name)
    by_name = _by_name(named)
    if by_name is not None:
        return by_name
    present = rows - column.nulls
    kind = column_type(column.type)
    if kind in {ColumnType.TEXT, ColumnType.INTEGER} and _is_key(column, named, present):
        return ColumnClass.IDENTIFIER
    if kind is ColumnType.TEXT:
        return _of_text(column, named, present)
    if kind is ColumnType.INTEGER and column.distinct >= present > FEW_VALUES:
        return ColumnClass.UNKNOWN
    return ColumnClass.ORDINARY if kind in _MEASURES else ColumnClass.UNKNOWN


def _by_name(named: tuple[str, ...]) -> ColumnClass | None:
    if _IDENTIFIER & set(named) or _IDENTIFIER_PAIRS & set(pairwise(named)):
        return ColumnClass.IDENTIFIER
    if _SENSITIVE & set(named):
        return ColumnClass.SENSITIVE
    return ColumnClass.QUASI if _QUASI & set(named) else None


def _is_key(column: ColumnProfile, named: tuple[str, ...], present: int) -> bool:
    """Whether the column tells rows, or what rows refer to, apart: by its last word, its look, or its uniqueness."""
    last = named[-1] if named else ""
    if last in _REFERENCES and column.distinct > FEW_VALUES:
        return True
    if column.looks.get("uuid", 0) >= LOOK_SHARE:
        return True
    return last in _KEYS and column.distinct >= present > FEW_VALUES


def _of_text(column: ColumnProfile, named: tuple[str, ...], present: int) -> ColumnClass:
    if named and named[-1] in _PEOPLE and column.distinct > FEW_VALUES:
        return ColumnClass.IDENTIFIER
    varied = column.distinct > VARIED_SHARE * present
    if column.mean_length > FREE_TEXT_MEAN_LENGTH and (varied or column.longest > FREE_TEXT_LONGEST):
        return ColumnClass.FREE_TEXT
    return ColumnClass.ORDINARY if not varied and column.distinct <= SOME_VALUES else ColumnClass.UNKNOWN
