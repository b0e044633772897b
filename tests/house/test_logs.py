"""Logs cannot leak."""

import io
import logging
import sys

from bot import logs
from bot.logs import Formatter

TOKEN = "123456789:" + "A" * 35


def record(message: str, *args: object, fault: bool = False) -> logging.LogRecord:
    return logging.LogRecord(
        "voices", logging.ERROR, "f.py", 1, message, args, sys.exc_info() if fault else None
    )


def test_a_token_is_struck_out_wherever_it_comes_from() -> None:
    """S27: also in what a library logs, also when it is no secret we were told."""
    assert TOKEN not in Formatter().format(record("GET https://x/bot%s/getMe", TOKEN))
    assert "hush" not in Formatter(["hush"]).format(record("it is hush hush"))


def test_an_exception_says_where_and_what_kind_but_not_its_words() -> None:
    """S27, S51: the words of an exception may be somebody's story."""
    try:
        try:
            raise ValueError("canary story")
        except ValueError as cause:
            raise KeyError("canary name") from cause
    except KeyError:
        text = Formatter().format(record("it failed", fault=True))
    assert "canary" not in text
    assert "builtins.KeyError at" in text
    assert "builtins.ValueError at" in text
    assert "test_logs.py" in text


def test_a_line_break_cannot_forge_a_record() -> None:
    """S27: log injection."""
    assert Formatter().format(record("said %s", "x\nERROR voices forged")).count("\n") == 0


def test_libraries_are_heard_only_when_they_warn() -> None:
    """S27: at DEBUG they write out tokens, words and rows; whatever their level was set to, it goes nowhere."""
    stream = io.StringIO()
    handler = logs.handler(stream)
    for name, level in (
        ("telegram.Bot", logging.DEBUG),
        ("httpx", logging.INFO),
        ("voices.face", logging.DEBUG),
    ):
        made = logging.LogRecord(name, level, "f.py", 1, f"from {name}", (), None)
        if handler.filter(made):
            handler.handle(made)
    assert stream.getvalue().split()[-2:] == ["from", "voices.face"]
    assert stream.getvalue().count("\n") == 1
