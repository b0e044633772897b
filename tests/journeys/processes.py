"""Processes of `voices`, forked from one that has imported it: most of a start is the reading of code."""

import asyncio
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.__main__ import main
from storage import failing
from tests.guarding import guard_and_tell

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.journeys.processes", "bot.operating", "bot.wiring"])


@dataclass(frozen=True, slots=True)
class Streams:
    """The files that get what a process writes."""

    out: Path
    err: Path


def _live(
    arguments: Sequence[str], environment: Mapping[str, str], streams: Streams | None, folder: Path | None
) -> None:
    """Be what an operator started with this environment, in this folder."""
    if streams is not None:
        for number, path in ((1, streams.out), (2, streams.err)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
    if folder is not None:
        os.chdir(folder)
    tempfile.tempdir = None  # of this environment, not of the process we were forked from
    os.environ.clear()
    os.environ.update(environment)
    guard_and_tell()
    failing.arm(environment.get("VOICES_FAILPOINT", ""))
    sys.argv = ["voices", *arguments]
    sys.exit(main())


class Process:
    """`voices run`, or another command, in a process of its own. `streams`: where what it writes goes; where ours goes
    if there are none.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        streams: Streams | None = None,
        *,
        arguments: Sequence[str] = ("run",),
        folder: Path | None = None,
    ) -> None:
        self._process = _FORKING.Process(
            target=_live, args=(tuple(arguments), dict(environment), streams, folder), daemon=True
        )
        self._process.start()

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """What it returned, less than 0 where a signal ended it; None while it lives."""
        return self._process.exitcode

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    def terminate(self) -> None:
        """SIGTERM."""
        self._process.terminate()

    async def wait(self) -> int:
        """Wait until it is gone; what it returned."""
        while (code := self.returncode) is None:
            await asyncio.sleep(0.01)
        return code
