"""What both engines have in common: works that wait, what comes of them, and what a fault means to a caller."""

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa

from bot.ports import News, Unavailable
from storage.unit import Unit

T = TypeVar("T")

_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
_AWAY_CLASSES = ("08", "53", "57", "58")  # connection, resources, operator intervention, system (SQLSTATE)
_AWAY_STATES = (
    "55P03",
    "25P03",
    "25006",
)  # locked for too long, we slept in a transaction, a standby answers
_TRY_AGAIN = ("40001", "40P01")  # serialization failure, deadlock


class Engine(ABC):
    """What the two engines have in common."""

    shared: bool
    hands: int

    @abstractmethod
    async def listen(self, hear: Callable[[News, int], None]) -> None:
        """See Database.listen."""

    @abstractmethod
    async def transact(self, work: Callable[[Unit], T]) -> T:
        """See Database.transact."""

    @abstractmethod
    async def close(self) -> None:
        """See Database.close."""


@dataclass(frozen=True, slots=True)
class Job:
    """One work that waits for the writer."""

    work: Callable[[Unit], Any]
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one job."""

    job: Job
    value: Any = None
    error: BaseException | None = None
    destroyed: bool = False  # a data key


def told_of(error: BaseException) -> BaseException:
    """What the caller is told: Unavailable where the database was away, else the error itself."""
    if isinstance(error, StopIteration):
        return RuntimeError("a work ended with StopIteration")  # a future cannot carry it
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    match cause:
        case sqlite3.Error():
            away = getattr(cause, "sqlite_errorcode", 0) & 0xFF in _AWAY
        case psycopg.Error():
            state = cause.sqlstate
            away = isinstance(cause, psycopg.OperationalError) and state is None
            away |= state is not None and (
                state[:2] in _AWAY_CLASSES or state in (*_AWAY_STATES, *_TRY_AGAIN)
            )
        case _:
            away = isinstance(cause, sa.exc.TimeoutError)
    if not away:
        return error
    unavailable = Unavailable(f"the database cannot write: {type(cause).__name__}")
    unavailable.__cause__ = error
    return unavailable


def lost_a_race(error: BaseException) -> bool:
    """Whether a transaction stood in the way of another, which is nobody's fault: it may be tried again."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return isinstance(cause, psycopg.Error) and cause.sqlstate in _TRY_AGAIN


def tell_all(outcomes: Sequence[Outcome]) -> None:
    """Give each caller what came of the work; on the caller's event loop."""
    for outcome in outcomes:
        _give(outcome)


def _give(outcome: Outcome) -> None:
    """Give a caller what came of the work."""
    future = outcome.job.future
    if future.done():
        return  # cancelled while it was written
    if outcome.error is None:
        future.set_result(outcome.value)
    else:
        future.set_exception(outcome.error)
