"""Processes of the bot, forked from one that has imported it: most of a start is the reading of code."""

import asyncio
import multiprocessing
import os
import sys
from collections.abc import Mapping

from bot.__main__ import main
from storage import failing
from tests.guarding import guard_and_tell

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.journeys.processes", "bot.operating", "bot.wiring"])


def _live(environment: Mapping[str, str], log: str | None) -> None:
    """Be a bot that an operator started with this environment."""
    if log is not None:
        for stream in (1, 2):
            os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), stream)
    os.environ.clear()
    os.environ.update(environment)
    guard_and_tell()
    failing.arm(environment.get("VOICES_FAILPOINT", ""))
    sys.argv = ["voices", "run"]
    sys.exit(main())


class Process:
    """`voices run` in a process of its own. `log`: the file that gets what it writes; ours where there is none."""

    def __init__(self, environment: Mapping[str, str], log: str | None = None) -> None:
        self._process = _FORKING.Process(target=_live, args=(dict(environment), log), daemon=True)
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
