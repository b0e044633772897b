"""Functions on texts."""

import base64
import binascii
import hashlib
import math
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import re2

from dialogs.told import told
from dialogs.xpath.closures import LONGEST_TEXT, Budget, BudgetExceeded, Code, Frame, Refused, each_text
from dialogs.xpath.functions.registry import Function, literal, of_node, pure
from dialogs.xpath.values import cut, utf16

_SPACES = re.compile(r"[ \t\r\n]+")
_UNICODE_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u([0-9A-Fa-f]{4})")
_DIGESTS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_MOST_MEMORY = 4 * 1024 * 1024
"""Bytes a compiled regular expression may take."""
_COMPILING = 1_000
"""Steps a regular expression costs that is made up at run time."""


def _concat(arguments: Sequence[Code]) -> Code:
    each = [each_text(argument) for argument in arguments]

    def run(frame: Frame) -> str:
        return frame.scope.budget.made("".join([text for every in each for text in every(frame)]))

    return Code("string", run, True)


def _join(arguments: Sequence[Code]) -> Code:
    between, *each = arguments[0].texts(), *(each_text(argument) for argument in arguments[1:])

    def run(frame: Frame) -> str:
        texts = [text for every in each for text in every(frame)]
        glue = between(frame)
        frame.scope.budget.spend(len(texts) * len(glue) >> 6)
        return frame.scope.budget.made(glue.join(texts))

    return Code("string", run, True)


def _substr(text: str, start: float, end: float = math.inf) -> str:
    """substr(text, start, end): from 0, `end` left out; negative ones count from the end (ODK)."""
    length = utf16(text)
    return cut(text, _index(start, length), _index(end, length))


def _index(number: float, length: int) -> int:
    """Return where in a text of `length` units a number points, negative ones from the end."""
    if math.isnan(number):
        return 0
    return int(max(0.0, length + number if number < 0 else min(number, float(length))))


def _substring(text: str, start: float, length: float | None = None) -> str:
    """substring(text, start, length): from 1, both rounded (XPath 1.0, 4.2)."""
    first = _half_up(start)
    after = math.inf if length is None else first + _half_up(length)
    if math.isnan(first) or math.isnan(after):
        return ""
    units = utf16(text)
    return cut(text, _index(max(first, 1.0) - 1, units), _index(max(after, 1.0) - 1, units))


def _half_up(number: float) -> float:
    return float(math.floor(number + 0.5)) if math.isfinite(number) else number


def _before(text: str, mark: str) -> str:
    return text.partition(mark)[0] if mark and mark in text else ""


def _after(text: str, mark: str) -> str:
    return text.partition(mark)[2] if mark else text


def _translate(arguments: Sequence[Code]) -> Code:
    """translate(text, out, into): each character of `out` becomes the one at its place in `into`, or nothing."""
    text, out, into = (argument.texts() for argument in arguments)
    written = literal(arguments[1]), literal(arguments[2])
    if written[0] is not None and written[1] is not None:
        table = _table(written[0], written[1])
        return Code("string", lambda frame: text(frame).translate(table), True)

    def run(frame: Frame) -> str:
        gone = out(frame)
        frame.scope.budget.spend(len(gone) >> 2)
        return text(frame).translate(_table(gone, into(frame)))

    return Code("string", run, True)


def _table(out: str, into: str) -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    for index, character in enumerate(out):
        table.setdefault(ord(character), into[index] if index < len(into) else None)
    return table


def pattern(text: str) -> "re2._Regexp":
    r"""Compile a regular expression that can't run away; raise Refused for look-ahead and back-references.

    `\\u00e9`, which JavaScript and Java know, is understood.
    """
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    try:
        return re2.compile(_UNICODE_ESCAPE.sub(r"\1\\x{\2}", text), options)
    except (re2.error, UnicodeEncodeError) as wrong:
        reason = wrong.args[0] if wrong.args else "it can't be read"
        reason = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
        raise Refused(
            told("this regular expression is not possible here: {reason}", reason=reason[:80])
        ) from None


_compiled = lru_cache(maxsize=64)(pattern)


def _matches(compiled: "re2._Regexp", text: str, budget: Budget) -> bool:
    budget.spend(len(text) * compiled.programsize >> 13)
    try:
        return compiled.fullmatch(text) is not None
    except UnicodeEncodeError:
        return False


def _regex(arguments: Sequence[Code]) -> Code:
    """regex(text, pattern): whether the whole text matches."""
    text = arguments[0].texts()
    written = literal(arguments[1])
    if written is not None:
        compiled = _compiled(written)
        parts = 1 + compiled.programsize // 32
        return Code(
            "boolean", lambda frame: _matches(compiled, text(frame), frame.scope.budget), True, size=parts
        )
    made_up = arguments[1].texts()

    def run(frame: Frame) -> bool:
        budget = frame.scope.budget
        budget.spend(_COMPILING)
        try:
            compiled = _compiled(made_up(frame))
        except Refused as refusal:
            raise BudgetExceeded(str(refusal)) from None
        budget.spend(compiled.programsize)
        return _matches(compiled, text(frame), budget)

    return Code("boolean", run, True)


def _decode(text: str) -> str:
    try:
        return base64.b64decode(text, validate=False).decode(errors="replace")
    except (binascii.Error, ValueError):
        return ""


def _hashed(text: str, algorithm: str, encoding: str = "base64") -> str:
    """digest(): "" for an algorithm or an encoding there is not."""
    name = _DIGESTS.get(algorithm.upper())
    if name is None or encoding.lower() not in {"base64", "hex"}:
        return ""
    made = hashlib.new(name, text.encode(errors="surrogatepass"), usedforsecurity=False)
    return made.hexdigest() if encoding.lower() == "hex" else base64.b64encode(made.digest()).decode()


def _digest(arguments: Sequence[Code]) -> Code:
    algorithm = literal(arguments[1])
    if algorithm is not None and algorithm.upper() not in _DIGESTS:
        raise Refused(
            told(
                "there is no digest {name}; there are {known}",
                name=repr(algorithm),
                known=", ".join(_DIGESTS),
            )
        )
    return pure("string", _hashed, "SSS", 2).build(arguments)


def _uuid(arguments: Sequence[Code]) -> Code:
    """uuid(): a random (version 4) one; uuid(n): `n` random letters and digits."""
    length = arguments[0].numbers() if arguments else None

    def run(frame: Frame) -> str:
        chance = frame.scope.chance
        if length is None:
            frame.scope.budget.spend(16)
            digits = "".join(f"{int(chance() * 256):02x}" for _ in range(16))
            variant = "89ab"[int(chance() * 4)]
            return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
        wanted = length(frame)
        if not wanted > 0:
            return ""
        if wanted > LONGEST_TEXT:
            raise BudgetExceeded(f"uuid() makes no more than {LONGEST_TEXT:,} characters")
        frame.scope.budget.spend(int(wanted))
        return "".join(_ALPHABET[int(chance() * len(_ALPHABET))] for _ in range(int(wanted)))

    return Code("string", run, True, True)


def _of_text(kind: Any, work: Callable[[str], Any]) -> Function:
    def build(argument: Code) -> Code:
        text = argument.texts()
        return Code(kind, lambda frame: work(text(frame)), True)

    return of_node(kind, build)


FUNCTIONS = {
    "string": _of_text("string", lambda text: text),
    "string-length": _of_text("number", lambda text: float(utf16(text))),
    "normalize-space": _of_text("string", lambda text: _SPACES.sub(" ", text).strip(" ")),
    "concat": Function(0, None, _concat),
    "join": Function(1, None, _join),
    "contains": pure("boolean", lambda text, part: part in text, "SS"),
    "starts-with": pure("boolean", str.startswith, "SS"),
    "ends-with": pure("boolean", str.endswith, "SS"),
    "substr": pure("string", _substr, "SNN", 2),
    "substring": pure("string", _substring, "SNN", 2),
    "substring-before": pure("string", _before, "SS"),
    "substring-after": pure("string", _after, "SS"),
    "translate": Function(3, 3, _translate),
    "regex": Function(2, 2, _regex),
    "digest": Function(2, 3, _digest),
    "base64-decode": pure("string", _decode, "S"),
    "uuid": Function(0, 1, _uuid),
}
