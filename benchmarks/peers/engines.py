"""The two other engines: where they come from, and how jobs are played in them.

A job is one form and a list of steps; it is plain JSON:

    {"id", "form": XML, "folder": of its attachments, "steps": [step, …], "edit": instance XML, "files": its media}

and a step is one of

    {"do": "set", "ref": "/data/child[2]/age", "value": "7"}      text as it stands in an instance
    {"do": "add", "ref": "/data/child[3]"}                        the entry that comes to be, always the last
    {"do": "remove", "ref": "/data/child[1]"}

What comes back is {"id", "states": [state, …], "load": ms, "refused": why}; a state is {"fault": why the step did not
work, "took": ms, "nodes": {ref: [relevant, required, constraint holds, value]}}, the first one being that before any
step. A job with "brief" leaves the nodes out: it is there for its times.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyxform

HERE = Path(__file__).parent
PACKAGES = {"@getodk/xforms-engine": "0.22.0", "jsdom": "29.1.1"}
JAR = Path(pyxform.__file__).parent / "validators/odk_validate/bin/ODK_Validate.jar"
"""ODK's validator, and JavaRosa in it."""
JOBS_A_PROCESS = 60
"""ODK Web Forms' engine keeps every form in memory until its process ends."""

Job = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Engine:
    """Another engine: its name, and the command that plays jobs from standard input."""

    name: str
    command: tuple[str, ...]
    folder: Path

    def play(self, jobs: Sequence[Job], seconds: float) -> Iterator[Answer]:
        """Play jobs in fresh processes, each of which may take so many seconds; what was not reached is refused."""
        for start in range(0, len(jobs), JOBS_A_PROCESS):
            yield from self._play(jobs[start : start + JOBS_A_PROCESS], seconds)

    def _play(self, jobs: Sequence[Job], seconds: float) -> Iterator[Answer]:
        left = list(jobs)
        while left:
            told = list(self._told(left, seconds))
            yield from told
            left = left[len(told) :]
            if left:  # the engine died or hung on this one
                yield {"id": left.pop(0)["id"], "states": [], "refused": "no answer in time"}

    def _told(self, jobs: Iterable[Job], seconds: float) -> Iterator[Answer]:
        with tempfile.TemporaryFile("w+") as orders, tempfile.TemporaryFile("w+") as answers:
            orders.writelines(json.dumps(job) + "\n" for job in jobs)
            orders.seek(0)
            process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                stdin=orders,
                stdout=answers,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "TZ": "UTC"},
            )
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            answers.seek(0)
            for line in answers:
                if line.endswith("\n"):
                    yield json.loads(line)


def web_forms(folder: Path) -> Engine:
    """ODK Web Forms' engine, installed by npm into a folder of its own, never into the repository."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = json.dumps({"private": True, "type": "module", "dependencies": PACKAGES})
    package = folder / "package.json"
    if not (folder / "node_modules").is_dir() or not package.is_file() or package.read_text() != wanted:
        package.write_text(wanted)
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"]
        subprocess.run(command, cwd=folder, check=True, timeout=600, stdout=subprocess.DEVNULL)
    shutil.copy(HERE / "webforms.mjs", folder)
    return Engine("Web Forms", ("node", "webforms.mjs"), folder)


def java_rosa(folder: Path) -> Engine:
    """JavaRosa, out of the ODK Validate that pyxform brings along."""
    command = ("java", "-Dfile.encoding=UTF-8", "-Xmx1g", "-cp", str(JAR), str(HERE / "JavaRosa.java"))
    return Engine("JavaRosa", command, folder)
