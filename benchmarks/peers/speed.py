"""How fast our engine is beside the two others: `python -m benchmarks.peers.speed FORM`.

Needs what `benchmarks.peers` needs. The same random answers are played in all three, one engine after the other, three
times over; each engine's process stays, and has played the form once before anything counts. A step is one answer:
written, everything that depends on it worked out, its constraint held against it; finding its node is left out. Loading
is from the XForm to the first state of an empty instance; ours converts the workbook before, which is told apart.
"""

import argparse
import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median

from benchmarks.peers.engines import Answer, Engine, Job, java_rosa, web_forms
from benchmarks.peers.gathering import gathered
from benchmarks.peers.playing import play
from dialogs.instance import Instance
from dialogs.reading.xform import read_xform
from dialogs.reading.xlsform import read_workbook

OURS = "ours"
ROUNDS = 3
SIZES = (20, 200, 2_000)
CHOICES = (
    "| choices |",
    "| | list_name | name | label |",
    "| | yesno | yes | Yes |",
    "| | yesno | no | No |",
)


@dataclass(slots=True)
class Times:
    """Milliseconds of one engine: of each round's steps, and of loading."""

    steps: list[list[float]] = field(default_factory=list)
    load: list[float] = field(default_factory=list)

    def note(self, answer: Answer) -> None:
        """Take one round in."""
        self.load.append(answer["load"])
        self.steps.append([state["took"] for state in answer["states"] if "took" in state])

    def row(self) -> tuple[float, float, float]:
        """Steps a second, mean and worst step in milliseconds: of each the median of the rounds."""
        means = [mean(steps) for steps in self.steps]
        return 1000 / median(means), median(means), median(map(max, self.steps))


def main() -> None:
    """Read the command line, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.speed", description=__doc__)
    parser.add_argument("form", type=Path, help="an XForm (.xml) or a workbook")
    parser.add_argument("--steps", type=int, default=300, help="answers")
    parser.add_argument("--tools", type=Path, default=Path("var/peers"), help="where npm installs")
    options = parser.parse_args()
    found = gathered(options.form, options.form.name)
    if found is None or found.form is None:
        raise SystemExit(f"{options.form} cannot be read: {found.refused if found else 'it is no form'}")
    print(f"{machine()}\n")
    steps = play(found.form, seed=0, steps=options.steps, now=datetime.now(UTC)).steps
    with ExitStack() as stack:
        others = {
            engine.name: stack.enter_context(staying(engine))
            for engine in (web_forms(options.tools.resolve()), java_rosa(options.tools.resolve()))
        }
        job = _job(found.xml, found.folder, steps)
        times = measured(others, job, lambda: _ours(found.xml, steps))
        print(f"{found.name}: {len(found.form.binds)} binds, {len(steps)} answers, median of {ROUNDS}")
        print(f"{'':12}{'steps/s':>10}{'mean ms':>10}{'worst ms':>10}{'load ms':>10}")
        for name, each in times.items():
            quick, usual, worst = each.row()
            print(f"{name:12}{quick:>10,.0f}{usual:>10.2f}{worst:>10.1f}{median(each.load):>10.0f}")
        print(f"\nload ms of a form of so many questions, median of {ROUNDS}")
        print(f"{'':12}{'converted':>10}" + "".join(f"{name:>12}" for name in times))
        for size in SIZES:
            converting, xml = _converted(size)
            times = measured(others, _job(xml, options.form.parent, []), lambda xml=xml: _ours(xml, []))  # type: ignore[misc]  # mypy guesses no lambda with a default
            loads = "".join(f"{median(each.load):>12.0f}" for each in times.values())
            print(f"{size:<12,}{converting:>10.0f}{loads}")


def machine() -> str:
    """Where this was measured."""
    words = Path("/proc/cpuinfo").read_text("utf-8") if Path("/proc/cpuinfo").exists() else ""
    model = next((line.partition(":")[2].strip() for line in words.splitlines() if "model name" in line), "")
    busy = os.getloadavg()[0]
    return (
        f"{model or platform.machine()}, {os.cpu_count()} cores, load {busy:.1f} as it began;"
        f" Python {platform.python_version()}, node {_said('node', '--version')}, {_said('java', '--version')}"
    )


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def measured(
    others: dict[str, Callable[[Job], Answer]], job: Job, ours: Callable[[], Answer]
) -> dict[str, Times]:
    """The times of each engine, ours first, taken in turns; a first round does not count."""
    engines: dict[str, Callable[[], Answer]] = {OURS: ours}
    for name, ask in others.items():
        engines[name] = lambda ask=ask: ask(job)  # type: ignore[misc]  # mypy guesses no lambda with a default
    times = {name: Times() for name in engines}
    for number in range(ROUNDS + 1):
        for name, run in engines.items():
            answer = run()
            if "refused" in answer:
                raise SystemExit(f"{name} refuses: {answer['refused']}")
            if number:
                times[name].note(answer)
    return times


@contextmanager
def staying(engine: Engine) -> Iterator[Callable[[Job], Answer]]:
    """An engine whose process stays while jobs come one by one."""
    with subprocess.Popen(
        engine.command,
        cwd=engine.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TZ": "UTC"},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        orders, answers = process.stdin, process.stdout

        def ask(job: Job) -> Answer:
            orders.write(json.dumps(job) + "\n")
            orders.flush()
            answer: Answer = json.loads(answers.readline())
            return answer

        try:
            yield ask
        finally:
            orders.close()
            process.wait(60)


def _job(xml: str, folder: Path, steps: Sequence[dict[str, str]]) -> Job:
    return {"id": "", "form": xml, "folder": str(folder.resolve()), "steps": steps, "brief": True}


def _ours(xml: str, steps: Sequence[dict[str, str]]) -> Answer:
    """Our own engine, timed as the others time themselves."""
    now = datetime.now(UTC)
    began = time.perf_counter()
    form = read_xform(xml)
    instance = Instance.start(form, now=now, chance=lambda: 0.5, language=form.default_language)
    load = time.perf_counter() - began
    states = []
    for step in steps:
        began = time.perf_counter()
        match step["do"]:
            case "set":
                instance.set(step["ref"], step["value"])
                instance.valid(step["ref"])
            case "add":
                instance.add(step["ref"].rpartition("[")[0])
            case _:
                instance.remove(step["ref"])
        states.append({"took": 1000 * (time.perf_counter() - began)})
    return {"load": 1000 * load, "states": states}


def _converted(size: int) -> tuple[float, str]:
    """A workbook of so many questions as an XForm, and the milliseconds pyxform needs for it (median)."""
    workbook = _workbook(size)
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        xml, _ = read_workbook(workbook, name="data", kind=".md")
        took.append(1000 * (time.perf_counter() - began))
    return median(took), xml


def _workbook(size: int) -> bytes:
    """Questions of four kinds, each asked only where one before it was answered, with a sum every tenth."""
    rows = ["| survey |", "| | type | name | label | relevant | constraint | calculation |"]
    for number in range(size):
        name, ruled = f"q{number}", f"${{q{number - number % 4 - 4}}} > 2" if number >= 4 else ""
        match number % 4:
            case 0:
                rows.append(f"| | integer | {name} | How many ({number})? | | . >= 0 and . < 1000 | |")
            case 1:
                rows.append(f"| | select_one yesno | {name} | Is it so ({number})? | {ruled} | | |")
            case 2:
                rows.append(f"| | text | {name} | What ({number})? | {ruled} | string-length(.) < 100 | |")
            case _:
                rows.append(f"| | date | {name} | When ({number})? | {ruled} | . <= today() | |")
        if number % 10 == 9:
            rows.append(f"| | calculate | sum{number} | | | | ${{q{number - number % 4}}} + {number} |")
    return "\n".join([*rows, *CHOICES]).encode()


if __name__ == "__main__":
    main()
