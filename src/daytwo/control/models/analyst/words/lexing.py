"""A question as tokens: words, numbers with their signs and magnitudes, quoted text, dates, operators.

Nothing is dropped: a character that means nothing here becomes a `SYMBOL`, which nobody consumes, so that the
question is refused rather than half read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from daytwo.control.models.analyst.refusal import Refusal

QUESTION_LIMIT_TOKENS = 120


class TokenKind(StrEnum):
    WORD = "word"
    NUMBER = "number"
    QUOTED = "quoted"
    DATE = "date"
    """`2024-03-05` or `2024-03`."""
    OPERATOR = "operator"
    COMMA = "comma"
    STOP = "stop"
    SYMBOL = "symbol"
    MARK = "mark"
    """Made by `phrasing`: `@moving3month`."""


@dataclass(frozen=True)
class Token:
    """`text` as typed, `word` for comparing; `number` where it is one."""

    kind: TokenKind
    text: str
    word: str
    number: float | None = None
    is_percent: bool = False
    is_money: bool = False

    @property
    def is_year(self) -> bool:
        """Four digits that read as a year."""
        return self.kind is TokenKind.NUMBER and self.text.isdigit() and len(self.text) == 4 and self.in_years

    @property
    def in_years(self) -> bool:
        return self.number is not None and 1800 <= self.number <= 2199

    @property
    def is_capital(self) -> bool:
        return self.text[:1].isupper()


_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | "(?P<double>[^"]*)" | “(?P<curly>[^”]*)” | `(?P<tick>[^`]*)` | (?<!\w)'(?P<single>[^']*)'(?!\w)
  | ‘(?P<curly1>[^’]*)’
  | (?P<mark>@[a-z]+(?:\d+(?:\.\d+)?)?[a-z]*)
  | (?P<date>(?<![\w-])\d{4}-\d\d(?:-\d\d)?(?![\w-]))
  | (?P<money>[$€£¥]\s?)?(?P<number>(?:(?<![\w)])-)?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)
      (?P<scale>(?:\s?(?:k|m|mn|bn|thousand|million|billion)\b)?)(?P<percent>\s?%)?(?P<currency>\s?(?:€|£|\$))?(?![\w])
  | (?P<operator>>=|<=|!=|<>|==|[=<>≥≤≠])
  | (?P<word>\w[\w&]*(?:['’.-]\w[\w&]*)*)
  | (?P<comma>,)
  | (?P<stop>[?!.:()¿¡;])
  | (?P<symbol>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_OPERATORS = {"≥": ">=", "≤": "<=", "≠": "!=", "<>": "!=", "=": "=="}
_CONTRACTIONS = {"what's": "what is", "which's": "which is", "how's": "how is", "isn't": "is not", "aren't": "are not"}
_CONTRACTION = re.compile(r"\b(" + "|".join(_CONTRACTIONS) + r")\b", re.IGNORECASE)


def lex(question: str) -> tuple[Token, ...]:
    """The tokens of a question.

    Raises:
        Refusal: more of them than anybody would ask at once.
    """
    text = unicodedata.normalize("NFC", question).replace("’", "'")
    text = _CONTRACTION.sub(lambda match: _CONTRACTIONS[match.group(1).lower()], text)
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        token = _token(match)
        if token is not None:
            tokens.append(token)
        if len(tokens) > QUESTION_LIMIT_TOKENS:
            raise Refusal(f"it is longer than the {QUESTION_LIMIT_TOKENS} words that I read at once")
    return tuple(tokens)


def _token(match: re.Match[str]) -> Token | None:
    kind, text = match.lastgroup, match.group()
    if match["space"] is not None:
        return None
    for name in ("double", "curly", "tick", "single", "curly1"):
        if match[name] is not None:
            inner = match[name].strip()
            return Token(TokenKind.QUOTED if inner else TokenKind.SYMBOL, inner or text, inner.casefold())
    if match["number"] is not None:
        return _number(match)
    if match["operator"] is not None:
        return Token(TokenKind.OPERATOR, text, _OPERATORS.get(text, text))
    if match["word"] is not None:
        bare = text[:-2] if text.lower().endswith("'s") else text
        return Token(TokenKind.WORD, bare, bare.casefold())
    return Token(TokenKind(kind) if kind else TokenKind.SYMBOL, text, text)


def _number(match: re.Match[str]) -> Token:
    scale = match["scale"].strip().lower()
    value = float(match["number"].replace(",", "")) * _SCALES.get(scale, 1.0)
    return Token(
        TokenKind.NUMBER,
        match.group().strip(),
        match.group().strip().casefold(),
        number=value,
        is_percent=match["percent"] is not None,
        is_money=match["money"] is not None or match["currency"] is not None,
    )
