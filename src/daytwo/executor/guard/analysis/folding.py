"""Constants computed as the program would compute them, within limits: text pieced together, turned round, decoded.

Folding is never needed for safety: what is not folded is unknown, and an unknown name that matters is a finding.  It
makes findings precise and keeps ordinary programs free of them.
"""

from __future__ import annotations

import ast
import base64
import binascii
import codecs
import operator
from collections.abc import Callable, Sequence
from typing import Any

from daytwo.executor.guard.analysis.values import HOLE, TEXT_LIMIT_CHARACTERS, Constant

NUMBER_LIMIT_BITS = 4_096
ENORMOUS_NUMBER_BITS = 100_000_000
ENORMOUS_TEXT_BYTES = 1_000_000_000
"""From here on computing the result takes longer, or more memory, than any step has."""

_TEXT_METHODS = frozenset({
    "capitalize", "casefold", "center", "encode", "expandtabs", "format", "join", "ljust", "lower", "lstrip",
    "removeprefix", "removesuffix", "replace", "rjust", "rstrip", "strip", "swapcase", "title", "translate", "upper",
    "zfill", "decode", "hex",
})  # fmt: skip
_DECODERS: dict[str, Callable[..., Any]] = {
    "base64.b64decode": base64.b64decode,
    "base64.standard_b64decode": base64.b64decode,
    "base64.urlsafe_b64decode": base64.urlsafe_b64decode,
    "base64.b32decode": base64.b32decode,
    "base64.b16decode": base64.b16decode,
    "base64.b85decode": base64.b85decode,
    "base64.a85decode": base64.a85decode,
    "binascii.unhexlify": binascii.unhexlify,
    "binascii.a2b_hex": binascii.unhexlify,
    "binascii.a2b_base64": binascii.a2b_base64,
    "builtins.bytes.fromhex": bytes.fromhex,
    "codecs.decode": codecs.decode,
    "codecs.encode": codecs.encode,
    "builtins.chr": chr,
    "builtins.ord": ord,
    "builtins.str": str,
    "builtins.int": int,
    "builtins.len": len,
    "builtins.abs": abs,
    "builtins.hex": hex,
    "builtins.repr": repr,
    "textwrap.dedent": str,
    "os.path.normpath": str,
    "os.path.abspath": str,
    "os.path.realpath": str,
    "os.fspath": str,
    "os.path.expanduser": str,
}
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitXor: operator.xor,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
}
_FAILURES = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, MemoryError)


class TooLargeError(ValueError):
    """The result of an operation on constants is beyond any use: `9 ** 9 ** 9`."""


def is_foldable(dotted: str) -> bool:
    return dotted in _DECODERS


def call(dotted: str, arguments: Sequence[Constant]) -> Constant:
    """What a harmless function gives for constants; a text with a hole where that is not known."""
    if not arguments or any(_is_too_long(argument) for argument in arguments):
        return HOLE
    try:
        found = _DECODERS[dotted](*arguments)
    except (*_FAILURES, binascii.Error):
        return HOLE
    return found if isinstance(found, str | bytes | int) and not _is_too_long(found) else HOLE


def method(receiver: str | bytes, name: str, arguments: Sequence[Any]) -> Constant:
    """What a method of a text gives for constants."""
    if name not in _TEXT_METHODS or any(_is_too_long(argument) for argument in (receiver, *arguments)):
        return HOLE
    longest = max((len(one) for one in arguments if isinstance(one, str)), default=1)
    if any(_is_large(one) for one in arguments) or (
        name == "replace" and len(receiver) * longest > TEXT_LIMIT_CHARACTERS
    ):
        return HOLE
    if name == "format" and isinstance(receiver, str):
        return receiver if not arguments else _formatted(receiver, arguments)
    try:
        found = getattr(receiver, name)(*arguments)
    except _FAILURES:
        return HOLE
    return found if isinstance(found, str | bytes) else HOLE


def _formatted(template: str, arguments: Sequence[Any]) -> str:
    """`str.format` for plain holes only: a format that reads attributes is not carried out here."""
    pieces, place = [], 0
    for index, part in enumerate(template.split("{}")):
        if index:
            pieces.append(str(arguments[place]) if place < len(arguments) else HOLE)
            place += 1
        if "{" in part.replace("{{", ""):
            return HOLE
        pieces.append(part)
    return "".join(pieces)


def binary(left: Constant, sign: ast.operator, right: Constant) -> Constant:
    """What an operator gives for constants.

    Raises:
        TooLargeError: where it would be enormous.
    """
    match sign:
        case ast.Pow():
            return _power(left, right)
        case ast.LShift():
            return _shifted(left, right)
        case ast.Mod() if isinstance(left, str | bytes):
            return _percent(left, right)
    known = _OPERATORS.get(type(sign))
    if known is None or (isinstance(sign, ast.Mult) and _is_long_repetition(left, right)):
        return HOLE
    try:
        found = known(left, right)
    except _FAILURES:
        return HOLE
    return found if isinstance(found, str | bytes | int | float) and not _is_too_long(found) else HOLE


def _shifted(left: Constant, right: Constant) -> Constant:
    if not isinstance(left, int) or not isinstance(right, int):
        return HOLE
    _refuse(left.bit_length() + right, ENORMOUS_NUMBER_BITS)
    return left << right if 0 <= right <= NUMBER_LIMIT_BITS else HOLE


def subscript(value: str | bytes, start: int | None, stop: int | None, step: int | None) -> Constant:
    return value[start:stop:step] if step != 0 else HOLE


def _percent(left: str | bytes, right: Constant) -> Constant:
    if isinstance(left, bytes) or _is_too_long(left) or left.count("%") != 1 or "%s" not in left:
        return HOLE
    return left.replace("%s", str(right))


def _power(left: Constant, right: Constant) -> Constant:
    if isinstance(left, int) and isinstance(right, int):
        if right < 0 or abs(left) < 2:
            return HOLE
        bits = left.bit_length() * right
        _refuse(bits, ENORMOUS_NUMBER_BITS)
        return int(left**right) if bits <= NUMBER_LIMIT_BITS else HOLE
    if isinstance(left, int | float) and isinstance(right, int | float):
        try:
            found = left**right
        except _FAILURES:
            return HOLE
        return found if isinstance(found, float) else HOLE
    return HOLE


def _is_long_repetition(left: Constant, right: Constant) -> bool:
    """Whether this is `"a" * 10**6`, say, which is not computed here."""
    for text, times in ((left, right), (right, left)):
        if isinstance(text, str | bytes) and isinstance(times, int):
            _refuse(len(text) * times, ENORMOUS_TEXT_BYTES)
            return len(text) * times > TEXT_LIMIT_CHARACTERS
    return False


def _refuse(size: int, limit: int) -> None:
    if size > limit:
        raise TooLargeError


def _is_large(value: object) -> bool:
    return isinstance(value, int) and abs(value) > TEXT_LIMIT_CHARACTERS


def _is_too_long(value: object) -> bool:
    if isinstance(value, str | bytes):
        return len(value) > TEXT_LIMIT_CHARACTERS
    return isinstance(value, int) and value.bit_length() > NUMBER_LIMIT_BITS
