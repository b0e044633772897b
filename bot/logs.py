"""Logs that cannot leak: tokens are struck out, exceptions say where and what kind but never with which words (S27)."""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Sequence
from types import TracebackType
from typing import TextIO

TOKEN = re.compile(r"\d{5,}:[\w-]{20,}")
"""What a bot token looks like (Bot API)."""

OURS = "voices"
"""The loggers of this program. Libraries write out what passes through them: below WARNING they are not heard, and from
there on it is said where they warn, not with which words (asyncio quotes faults and arguments).
"""

LOUD = ("telegram", "httpx", "httpcore", "sqlalchemy", "aiohttp", "alembic", "apscheduler")
"""Libraries that work hard to build records nobody hears: told to be silent, which is faster."""

_Fault = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(logging.Formatter):
    """One line a record, secrets struck out, an exception as its kind and the places it passed."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        """The record as text that holds no token and no line break of somebody else's."""
        record.exc_text = None
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return TOKEN.sub("[token]", text)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (the library's name)
        """The message on one line, ours alone: a line break inside it would let words pass for a record."""
        if not _ours(record):
            record.message = f"warns at {record.pathname}:{record.lineno} {record.funcName}"
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")

    def formatException(self, ei: _Fault) -> str:  # noqa: N802  (the library's name)
        """Where it happened and what kind it is; its words may be somebody's and are left out."""
        lines = []
        fault: BaseException | None = ei[1]
        while fault is not None:
            lines.append(f"  {type(fault).__module__}.{type(fault).__qualname__} at")
            lines.extend(
                f"    {frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(fault.__traceback__)
            )
            fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
        return "\n".join(lines)


def _ours(record: logging.LogRecord) -> bool:
    return record.name.split(".")[0] == OURS


def _heard(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or _ours(record)


def handler(stream: TextIO, secrets: Sequence[str] = ()) -> logging.Handler:
    """A handler that writes what may be written: ours at any level, libraries' warnings, through the Formatter."""
    made = logging.StreamHandler(stream)
    made.setFormatter(Formatter(secrets))
    made.addFilter(_heard)
    return made


def start(level: str, secrets: Sequence[str] = ()) -> None:
    """Send every log record that may be written to standard error; what nobody catches is such a record too."""
    root = logging.getLogger()
    root.handlers[:] = [handler(sys.stderr, secrets)]
    root.setLevel(level)
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    threading.excepthook = lambda left: _left("a thread", left.exc_value)
    sys.unraisablehook = lambda left: _left("what was cleared away", left.exc_value)


def _left(where: str, fault: BaseException | None) -> None:
    """A fault that nobody caught; Python alone would print its words."""
    logging.getLogger(OURS).error("a fault in %s was caught by nobody", where, exc_info=fault)
