"""The tool that holds our engine against others: what it plays, what it calls a difference. No other engine needed."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from benchmarks.peers.comparing import ALONE, OURS, WRITTEN, Comparison, Tally
from benchmarks.peers.gathering import gather
from benchmarks.peers.playing import Play, play
from tests.dialogs.written import NOW, form_of

FORM = form_of(
    """
    | survey |
    | | type | name | label | relevant | calculation | constraint |
    | | begin_repeat | r | R | | | |
    | | decimal | a | A | | | . < 50 |
    | | text | b | B | ${a} > 10 | | |
    | | end_repeat | | | | | |
    | | calculate | c | | | count(${r}) | |
    | | calculate | now | | | now() | |
    """
)


def answer(played: Play) -> dict[str, Any]:
    """What an engine would tell that agrees with ours in everything, in its own spelling of refs."""
    states = [
        {"nodes": {f"{ref}[1]" if "[" in ref else ref: list(row) for ref, row in state.items()}}
        for state in played.states
    ]
    return {"id": "x", "states": deepcopy(states)}


def test_a_run_is_the_same_for_the_same_seed() -> None:
    runs = [play(FORM, seed=3, steps=30, now=NOW) for _ in range(2)]
    assert runs[0] == runs[1]
    assert {step["do"] for step in runs[0].steps} == {"set", "add", "remove"}
    assert len(runs[0].states) == 31


def test_engines_that_agree_have_no_differences() -> None:
    played, tally = play(FORM, seed=1, steps=20, now=NOW), Tally()
    Comparison("form", FORM, tally).compare(1, played, {"one": answer(played), "two": answer(played)})
    assert dict(tally.different) == {}
    assert tally.same["relevant"] > 40


def test_a_difference_is_told_by_who_differs_and_how() -> None:
    played, tally = play(FORM, seed=1, steps=0, now=NOW), Tally()
    one, two = answer(played), answer(played)
    for each, value in ((one, "2"), (two, "2")):
        each["states"][0]["nodes"]["/data/c"][3] = value
    two["states"][0]["nodes"]["/data/r[1]/a[1]"][2] = False
    Comparison("form", FORM, tally).compare(1, played, {"one": one, "two": two})
    assert dict(tally.different) == {
        ("constraint", "peers differ, we are with one"): 1,
        ("value", OURS): 1,
    }
    alone = Tally()
    Comparison("form", FORM, alone).compare(1, played, {"one": one})
    assert dict(alone.different) == {("value", ALONE): 1}
    one["states"][0]["nodes"]["/data/c"][3] = two["states"][0]["nodes"]["/data/c"][3] = "1.0"
    again = Tally()
    Comparison("form", FORM, again).compare(1, played, {"one": one})
    assert dict(again.different) == {("value", WRITTEN): 1}


def test_what_cannot_be_read_is_gathered_with_our_reason(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("| survey |\n| | type | name | label |\n| | text | a | A |\n", "utf-8")
    (tmp_path / "b.md").write_text("| survey |\n| | type | name | label |\n| | txet | a | A |\n", "utf-8")
    (tmp_path / "c.xml").write_text("<root/>", "utf-8")
    found = list(gather(tmp_path))
    assert [(each.name, each.form is not None) for each in found] == [("a.md", True), ("b.md", False)]
    assert "“txet” is no type of question" in found[1].refused
