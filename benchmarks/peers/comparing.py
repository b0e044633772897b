"""Three engines' states, node by node: where the others agree, and where they do not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from benchmarks.peers.engines import Answer
from benchmarks.peers.playing import Play, Row
from dialogs.form import Form, Ref
from dialogs.graph import above, graph, paths, repeats

ASPECTS = ("relevant", "required", "constraint", "value")
OURS, ALONE, WRITTEN = "we differ", "we differ from the only other that runs it", "written otherwise"
"""Kinds of differences: the others agree and we do not; there is one other; another spelling (0 and 0.0)."""

_CHANCY = frozenset({"now", "uuid", "random", "randomize", "digest"})


@dataclass(slots=True)
class Tally:
    """Counts of node states by aspect, and of each kind of difference in which forms, with its first examples."""

    same: Counter[str] = field(default_factory=Counter)
    different: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    forms: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)

    def note(self, aspect: str, kind: str, example: str) -> None:
        """Count one difference; keep its example while there are few."""
        self.different[aspect, kind] += 1
        self.forms.setdefault((aspect, kind), Counter())[example.partition(" ")[0]] += 1
        kept = self.examples.setdefault((aspect, kind), [])
        if len(kept) < 40 and not any(each.split(" ")[:2] == example.split(" ")[:2] for each in kept):
            kept.append(example)


def made_by_chance(form: Form) -> frozenset[Ref]:
    """Paths whose value or relevance comes from the clock's hands, from chance, or from a phone's properties."""
    found = {ref for ref, bind in form.binds.items() if bind.preload}
    chancy = [(action.ref, action.value) for action in form.actions]
    chancy += [(ref, bind.calculate) for ref, bind in form.binds.items()]
    for ref, value in chancy:
        if value is not None and not isinstance(value, str) and _CHANCY & {name for name, _ in value.calls}:
            found.add(ref)
    rules = graph(form)
    waiting = list(found)
    while waiting:
        path = waiting.pop()
        for number in rules.by_value.get(path, ()):
            ref = rules.rules[number].ref
            if ref not in found:
                found.add(ref)
                waiting.append(ref)
        for action in form.actions:
            if action.source == path and action.ref not in found:
                found.add(action.ref)
                waiting.append(action.ref)
    return frozenset(found)


class Comparison:
    """One form's runs, compared."""

    def __init__(self, name: str, form: Form, tally: Tally) -> None:
        self.name = name
        self.tally = tally
        self.repeats = {_bare(each.ref) for each in repeats(form.body)}
        self.above = {_bare(each) for path in paths(form) for each in above(path.rpartition("/")[0])}
        self.left_out = {_bare(ref) for ref in made_by_chance(form)}

    def compare(self, seed: int, play: Play, answers: Mapping[str, Answer]) -> None:
        """Compare state by state, until a step works in one engine and not in another."""
        told = {name: answer["states"] for name, answer in answers.items()}
        for number, ours in enumerate(play.states):
            step = play.steps[number - 1] if number else {"do": "start"}
            states = {
                name: self._rows(each[number]["nodes"]) for name, each in told.items() if number < len(each)
            }
            where = f"{self.name} seed={seed} step={number} {step}"
            for name, each in told.items():
                if number < len(each) and "fault" in each[number]:
                    self.tally.note(
                        "step", f"{name} cannot", f"{self.name} {step['do']} {where}: {each[number]['fault']}"
                    )
                    states.pop(name)
            if len(states) < len(told):
                return
            self._state(self._rows(ours), states, where)

    def edited(self, play: Play, name: str, answer: Answer) -> None:
        """Compare our last state with what another engine reads out of our XML."""
        if "refused" in answer:
            self.tally.note("edit", f"{name} refuses", f"{self.name} - {answer['refused']}")
            return
        theirs = self._rows(answer["states"][0]["nodes"])
        for ref, row in self._rows(play.states[-1]).items():
            if row[0] and row[3] and ref in theirs:
                same = _same(row[3], theirs[ref][3])
                if same:
                    self.tally.same[f"edit in {name}"] += 1
                else:
                    self.tally.note(
                        "edit", f"{name} reads otherwise", f"{self.name} {ref} {row[3]!r} {theirs[ref]}"
                    )

    def _rows(self, nodes: Mapping[str, Sequence[Any]]) -> dict[Ref, Row]:
        rows: dict[Ref, Row] = {}
        for ref, (relevant, required, valid, value) in nodes.items():
            if (plain := self._plain(ref)) is not None:
                rows[plain] = (bool(relevant), bool(required), bool(valid), str(value))
        return rows

    def _plain(self, ref: Ref) -> Ref | None:
        """A ref without prefixes, with an index only at repeats; None for what is left out."""
        path = plain = ""
        for step in ref.strip("/").split("/"):
            name, _, index = step.partition("[")
            local = name.rpartition(":")[2]
            path = f"{path}/{local}"
            plain = f"{plain}/{local}"
            if path in self.repeats:
                plain = f"{plain}[{index or '1]'}"
            if path in self.left_out or local == "meta":
                return None
        return None if path in self.above else plain

    def _state(self, ours: dict[Ref, Row], theirs: Mapping[str, dict[Ref, Row]], where: str) -> None:
        names = list(theirs)
        every = dict.fromkeys([*ours, *(ref for rows in theirs.values() for ref in rows)])
        for ref in every:
            rows = [rows.get(ref) for rows in theirs.values()]
            own = ours.get(ref)
            if own is None or None in rows:
                # A node that is not there and one that is not relevant are the same to everybody who reads.
                shown = {row is not None and row[0] for row in (own, *rows)}
                if len(shown) > 1:
                    there = [bool(row is not None and row[0]) for row in rows]
                    kind = "nodes" if len(set(there)) == 1 else f"nodes: {names} differ"
                    self.tally.note("nodes", kind, f"{self.name} {ref} {own} {rows} {where}")
                continue
            given = [row for row in rows if row is not None]
            for place, aspect in enumerate(ASPECTS):
                if place and not (own[0] and all(row[0] for row in given)):
                    break
                self._aspect(
                    aspect,
                    ref,
                    own[place],
                    dict(zip(names, (row[place] for row in given), strict=True)),
                    where,
                )

    def _aspect(self, aspect: str, ref: Ref, own: object, theirs: Mapping[str, object], where: str) -> None:
        if len({*theirs.values(), own}) == 1:
            self.tally.same[aspect if len(theirs) > 1 else f"{aspect}, one other"] += 1
            return
        alike = [name for name, each in theirs.items() if _same(own, each)]
        values = list(theirs.values())
        if len(alike) == len(theirs):
            kind = WRITTEN
        elif all(_same(values[0], each) for each in values):
            kind = OURS if len(theirs) > 1 else ALONE
        else:
            kind = f"peers differ, we are with {' and '.join(alike) or 'neither'}"
        self.tally.note(aspect, kind, f"{self.name} {ref} ours {own!r} theirs {dict(theirs)!r} {where}")


def _bare(ref: Ref) -> Ref:
    return "/".join(step.rpartition(":")[2] for step in ref.split("/"))


def _same(one: object, other: object) -> bool:
    """Whether two values are one, though written otherwise: 2 and 2.0, a moment in two zones."""
    if one == other or not isinstance(one, str) or not isinstance(other, str):
        return one == other
    if one.strip() == other.strip():
        return True
    for read in (_numbers, _moment):
        try:
            if read(one) == read(other):
                return True
        except ValueError:
            continue
    return False


def _numbers(text: str) -> list[float]:
    return [float(word) for word in text.split(" ")]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text if "T" in text else f"2000-01-01T{text}")
