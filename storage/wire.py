"""One connection to PostgreSQL, used by works that wait for its answers while the event loop goes on.

A work is an ordinary function. It runs in a strand (a greenlet), which rests where it must wait; the loop wakes it when
the server has answered. Statements are prepared once, and one whose answer nobody looks at waits for nothing: it goes
out together with the next that is looked at (libpq's pipeline). What goes wrong with it is raised there, at the latest
at the commit.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import psycopg
from greenlet import getcurrent, greenlet
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

T = TypeVar("T")

_BINARY = 1


def run_aside(work: Callable[[], object]) -> None:
    """Begin a work in a strand of its own, as soon as the event loop comes to it."""
    asyncio.get_running_loop().call_soon(lambda: greenlet(work).switch())


def wait_for(future: asyncio.Future[T]) -> T:
    """Let this strand rest until a future is done."""
    strand = getcurrent()
    future.add_done_callback(lambda _: strand.switch())
    _rest(strand)
    return future.result()


def _rest(strand: greenlet) -> None:
    assert strand.parent is not None  # noqa: S101  (tells the type checker that works run in strands only)
    strand.parent.switch()


class Answer:
    """What comes of one statement, as a driver's cursor would tell it. Looking at it waits for the server."""

    __slots__ = ("_wire", "result")

    def __init__(self, wire: "Wire") -> None:
        self._wire = wire
        self.result: PGresult | None = None

    @property
    def rowcount(self) -> int:
        """How many rows were written."""
        return self._told().command_tuples or 0

    def fetchone(self) -> Any | None:
        """The first row, None where there is none."""
        rows = self.fetchall()
        return rows[0] if rows else None

    def fetchall(self) -> list[Any]:
        """Every row."""
        return self._wire.read(self._told())

    def _told(self) -> PGresult:
        if self.result is None:
            self._wire.settle()
        assert self.result is not None  # noqa: S101  (else settle would have raised)
        return self.result


class Wire:
    """A connection; one strand at a time may use it."""

    def __init__(self, connection: psycopg.AsyncConnection) -> None:
        self._connection = connection
        self._server = connection.pgconn
        self._server.enter_pipeline_mode()
        self._reads = Transformer(connection)
        self._names: dict[str, bytes] = {}
        self._asked: list[Answer] = []
        self._told: list[PGresult] = []
        self._waits: greenlet | None = None
        self._failed = False
        self._socket = self._server.socket
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._hear)

    @property
    def broken(self) -> bool:
        """Whether it is of no more use; what was begun on it is undone by the server."""
        return self._failed or self._server.status != ConnStatus.OK

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Answer:
        """Ask the server to run a statement, with values for $1, $2 and so on."""
        name = self._names.get(sql)
        if name is None:
            name = self._names[sql] = str(len(self._names)).encode()
            self._server.send_prepare(name, sql.encode())
            self._asked.append(Answer(self))
        sent = [_sent(value) for value in values]
        self._server.send_query_prepared(
            name, [value for value, _ in sent], [form for _, form in sent], _BINARY
        )
        answer = Answer(self)
        self._asked.append(answer)
        return answer

    def settle(self) -> None:
        """Wait for the answers to all that was asked; the first fault among them is raised."""
        self._server.pipeline_sync()
        self._waits = getcurrent()
        self._send()
        if not self.broken:
            _rest(self._waits)
        self._waits = None
        asked, told = self._asked, self._told
        self._asked, self._told = [], []
        for answer, result in zip(asked, told, strict=False):
            if result.status == ExecStatus.FATAL_ERROR:
                self._failed = True
                raise error_from_result(result)
            answer.result = result
        if len(told) < len(asked):
            raise psycopg.OperationalError("the connection was lost")

    def read(self, result: PGresult) -> list[Any]:
        """The rows of an answer."""
        self._reads.set_pgresult(result)
        return self._reads.load_rows(0, result.ntuples, tuple)

    async def close(self) -> None:
        """Let go of it."""
        self._leave()
        await self._connection.close()

    def _send(self) -> None:
        """Send what waits to be sent; what does not fit goes when there is room."""
        try:
            more = self._server.flush()
        except psycopg.OperationalError:
            self._leave()
            self._wake()
            return
        if more:
            self._loop.add_writer(self._socket, self._send)
        else:
            self._loop.remove_writer(self._socket)

    def _hear(self) -> None:
        """The server said something; once all that was asked is answered, the strand that waits goes on."""
        try:
            self._server.consume_input()
            answered = self._waits is not None and self._answered()
        except psycopg.OperationalError:
            self._leave()
            answered = True
        if answered:
            self._wake()

    def _answered(self) -> bool:
        """Take what came; whether it was all."""
        while not self._server.is_busy():
            result = self._server.get_result()
            if result is not None and result.status == ExecStatus.PIPELINE_SYNC:
                return True
            if result is not None:
                self._told.append(result)
            if self._server.status != ConnStatus.OK:
                raise psycopg.OperationalError("the connection was lost")
        return False

    def _wake(self) -> None:
        if self._waits is not None and self._waits is not getcurrent():
            self._waits.switch()

    def _leave(self) -> None:
        """Hear and send no more: libpq may have closed the socket, and its number may soon be another's."""
        self._failed = True
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)


def _sent(value: Any) -> tuple[bytes | None, int]:
    """A value as it is sent, and whether as text (0) or as the bytes the server keeps (1)."""
    match value:
        case None:
            return None, 0
        case str():
            return value.encode(), 1
        case bytes():
            return value, 1
        case bool():
            return b"t" if value else b"f", 0
        case int():
            return b"%d" % value, 0
        case list():
            return _array(value).encode(), 1
    raise TypeError(f"no column keeps {type(value).__name__}")


def _array(words: Sequence[str]) -> str:
    """Words as PostgreSQL writes an array."""
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return "{" + ",".join(f'"{word}"' for word in quoted) + "}"
