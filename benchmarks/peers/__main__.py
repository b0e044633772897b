"""Hold our engine against ODK Web Forms' and JavaRosa: `python -m benchmarks.peers FOLDER --seeds 5`.

Needs python, node, npm and java. Every form of the folder is loaded in all three engines, random answers are played
in all three, and every node's relevance, requiredness, constraint and value is compared after every step; at the
end the others open our XML as a testimony to edit. What the clock or chance makes is left out.
"""

import argparse
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.peers.comparing import ALONE, ASPECTS, OURS, WRITTEN, Comparison, Tally
from benchmarks.peers.engines import Answer, Engine, Job, java_rosa, web_forms
from benchmarks.peers.gathering import Gathered, gather
from benchmarks.peers.playing import Play, play
from dialogs.check import check
from dialogs.instance import FormStall


def main() -> None:
    """Read the command line, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("folder", type=Path, help="where forms lie: XForms (.xml) and workbooks")
    parser.add_argument("--seeds", type=int, default=5, help="runs of each form")
    parser.add_argument("--steps", type=int, default=25, help="answers of each run")
    parser.add_argument("--only", default="", help="only forms whose name holds this")
    parser.add_argument("--tools", type=Path, default=Path("var/peers"), help="where npm installs")
    parser.add_argument("--examples", type=int, default=1, help="examples shown of each difference")
    options = parser.parse_args()
    engines = [web_forms(options.tools.resolve()), java_rosa(options.tools.resolve())]
    now = datetime.now(UTC)
    began = time.monotonic()
    found = [each for each in gather(options.folder) if options.only in each.name]
    plays: dict[str, tuple[Gathered, int, Play]] = {}
    stalls: dict[str, str] = {}
    for each in found:
        for seed in range(options.seeds) if each.form is not None else ():
            assert each.form is not None
            try:
                plays[f"{each.name}#{seed}"] = (
                    each,
                    seed,
                    play(each.form, seed=seed, steps=options.steps, now=now),
                )
            except FormStall as stall:
                stalls[each.name] = str(stall)
    jobs = [_job(key, each, played.steps) for key, (each, _, played) in plays.items()]
    loads = [_job(each.name, each, []) for each in found if each.form is None and each.xml]
    told = _play(engines, [*loads, *jobs])
    tally = Tally()
    comparisons = {
        each.name: Comparison(each.name, each.form, tally) for each in found if each.form is not None
    }
    edits: list[Job] = []
    for key, (each, seed, played) in plays.items():
        answers = {name: answer[key] for name, answer in told.items() if "refused" not in answer[key]}
        if answers:
            comparisons[each.name].compare(seed, played, answers)
            edits.append({**_job(key, each, []), "edit": played.xml, "files": played.files})
    for name, answers in _play(engines, edits).items():
        for key, answer in answers.items():
            each, _, played = plays[key]
            if "refused" not in told[name][key]:
                comparisons[each.name].edited(played, name, answer)
    _report(found, plays, told, stalls, tally, options.examples)
    print(f"\n{time.monotonic() - began:.0f} s")


def _job(key: str, each: Gathered, steps: list[dict[str, str]]) -> Job:
    return {"id": key, "form": each.xml, "folder": str(each.folder.resolve()), "steps": steps}


def _play(engines: list[Engine], jobs: list[Job]) -> dict[str, dict[str, Answer]]:
    told: dict[str, dict[str, Answer]] = {engine.name: {} for engine in engines}

    def ask(engine: Engine) -> None:
        for answer in engine.play(jobs, seconds=400):
            told[engine.name][answer["id"]] = answer

    threads = [threading.Thread(target=ask, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def _report(
    found: list[Gathered],
    plays: dict[str, tuple[Gathered, int, Play]],
    told: dict[str, dict[str, Answer]],
    stalls: dict[str, str],
    tally: Tally,
    examples: int,
) -> None:
    _report_loads(found, told, stalls)
    steps = sum(len(played.steps) for _, _, played in plays.values())
    print(f"\n{len(plays)} runs, {steps} steps")
    for aspect in ASPECTS:
        same, ours = tally.same[aspect], tally.different[aspect, OURS]
        written = tally.different[aspect, WRITTEN]
        agreed = same + ours + written
        share = 100 * (agreed - ours) / agreed if agreed else 100
        print(f"{aspect:16} {share:8.3f} % as both others where they agree, of {agreed:,}")
    for aspect in ASPECTS:
        same, alone = tally.same[f"{aspect}, one other"], tally.different[aspect, ALONE]
        share = 100 * same / (same + alone) if same else 100
        print(f"{aspect:16} {share:8.3f} % as the only other that runs the form, of {same + alone:,}")
    print()
    for aspect, count in tally.same.items():
        print(f"{aspect:24} {count:>10,} the same")
    for (aspect, kind), count in sorted(tally.different.items()):
        print(f"{aspect:24} {count:>10,} {kind}")
        if kind in (OURS, ALONE):
            print("    " + ", ".join(f"{name}: {many}" for name, many in tally.forms[aspect, kind].items()))
        for example in tally.examples[aspect, kind][:examples]:
            print(f"    {example[:600]}")


def _report_loads(found: list[Gathered], told: dict[str, dict[str, Answer]], stalls: dict[str, str]) -> None:
    read = [each for each in found if each.form is not None]
    asked = {
        each.name: [str(issue) for issue in check(each.form) if not issue.advice]
        for each in read
        if each.form
    }
    able = sum(not issues for issues in asked.values())
    print(
        f"{len(found)} forms: {len(read)} read ({able} can be asked in a chat), {len(found) - len(read)} refused"
    )
    for each in found:
        key = each.name if each.form is None else f"{each.name}#0"
        words = {
            name: answers[key].get("refused", "loads") for name, answers in told.items() if key in answers
        }
        ours = each.refused or stalls.get(each.name) or "reads"
        print(f"\n{each.name}\n  ours: {_short(ours)}")
        if asked.get(each.name):
            print(f"  in a chat: {_short('; '.join(asked[each.name][:3]))}")
        for name, word in words.items():
            if word != "loads" or each.form is None:
                print(f"  {name}: {_short(word)}")


def _short(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) < 300 else f"{plain[:299]}…"


if __name__ == "__main__":
    main()
