"""An operator at a shell: `voices` as a process of its own, in an empty folder, with the settings they gave."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.config import PREFIX
from sandbox import Sandbox
from tests.guarding import environment
from tests.journeys.processes import Process, Streams
from tests.watching import leaks

PASSWORD = "canary-of-a-password"
KEY = "canary-of-a-key"
STARTS = 30
"""Real seconds a process may take to begin on a busy machine."""
ENDS = 10
"""Real seconds a process may take to end (R27)."""


@dataclass(frozen=True, slots=True)
class Said:
    """How a process ended: its exit code, and what it wrote."""

    code: int
    out: str = ""
    err: str = ""


@dataclass(slots=True)
class Shell:
    """A folder, and the environment in it."""

    folder: Path
    given: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Ours without any setting of the machine it runs on, and what was given."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        return ours | environment() | {"TMPDIR": str(self.folder)} | self.given

    def speaks_to(self, sandbox: Sandbox) -> None:
        """Settings for a bot of this sandbox, which takes as much at once as it is given."""
        self.given |= {
            "VOICES_TOKEN": sandbox.token,
            "VOICES_API_URL": sandbox.url,
            "VOICES_CHAT_PACE": "5000",
        }

    async def voices(self, *arguments: str, **more: str) -> Said:
        """Run one command to its end; `more` are settings for it alone."""
        environment = Shell(self.folder, self.given | more).environment
        with tempfile.TemporaryDirectory() as folder:
            streams = Streams(Path(folder, "out"), Path(folder, "err"))
            process = Process(environment, streams, arguments=arguments, folder=self.folder)
            try:
                code = await asyncio.wait_for(process.wait(), STARTS)
            finally:
                process.kill()
            return _said(code, streams.out.read_bytes(), streams.err.read_bytes())

    @asynccontextmanager
    async def running(self, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """A command under way; killed at the end where it is still there."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", *arguments),
            cwd=self.folder,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def ended(process: asyncio.subprocess.Process, within: float = ENDS) -> Said:
    """How it ended."""
    out, err = await asyncio.wait_for(process.communicate(), within)
    return _said(process.returncode or 0, out, err)


def _said(code: int, out: bytes, err: bytes) -> Said:
    """No secret and no word of anyone is in what it wrote; nobody else was reached (S27, S48, S52)."""
    said = Said(code, out.decode(), err.decode())
    assert leaks(said.out + said.err) == []
    return said


async def stopped(process: asyncio.subprocess.Process, by: signal.Signals = signal.SIGTERM) -> Said:
    """Tell it to stop; how it ended."""
    process.send_signal(by)
    return await ended(process)
