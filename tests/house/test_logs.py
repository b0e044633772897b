"""Logs cannot leak."""

import io
import logging
import subprocess
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


def test_a_library_says_where_it_warns_but_not_its_words() -> None:
    """S27, S51: asyncio quotes faults that nobody fetched, with their words, and the arguments of what it called."""
    stream = io.StringIO()
    made = logging.LogRecord(
        "asyncio", logging.ERROR, "lib/f.py", 7, "future: KeyError(%r)", ("c4nary",), None
    )
    logs.handler(stream).handle(made)
    assert stream.getvalue().rstrip().endswith("ERROR asyncio warns at lib/f.py:7 None")


UNCAUGHT = """
import asyncio, gc, threading
from bot import logs

logs.start("DEBUG")

class Leaving:
    def __del__(self):
        raise KeyError("canary of what is cleared away")

def fail(words):
    raise ValueError(words)

async def forgotten():
    asyncio.get_running_loop().call_soon(fail, "canary of a callback")
    task = asyncio.create_task(asyncio.to_thread(fail, "canary of a task"))
    await asyncio.sleep(0.05)
    del task
    gc.collect()

Leaving()
thread = threading.Thread(target=fail, args=["canary of a thread"])
thread.start()
thread.join()
asyncio.run(forgotten(), debug=True)
"""


def test_what_nobody_catches_is_logged_without_its_words() -> None:
    """S27, S51: in a thread, a task, a callback, what is cleared away; asyncio's debug mode included."""
    told = subprocess.run([sys.executable, "-c", UNCAUGHT], capture_output=True, text=True, check=True)
    assert "canary" not in told.stdout + told.stderr
    assert told.stderr.count("builtins.ValueError at") >= 3
    assert told.stderr.count("builtins.KeyError at") == 1
