"""Which rule of a form reads which node: the order in which rules are worked out, and the circles among them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from weakref import WeakKeyDictionary

from dialogs.form import Form, Group, Part, Ref, Repeat
from dialogs.xpath import Expression, Node, compile_expression


@dataclass(frozen=True, slots=True)
class Rule:
    """An expression whose value is written into the instance; `ref` is generic (without indexes).

    `writes`: "relevant" and "calculate" of a node, "count" of a repeat, "choices" drops what is not offered.
    """

    ref: Ref
    writes: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Graph:
    """The rules of a form in working order, and the numbers of the rules that read each node.

    `by_value`: readers of a node's own value. `by_relevance`: readers of the node or of anything below it.
    """

    rules: tuple[Rule, ...]
    by_value: Mapping[Ref, tuple[int, ...]]
    by_relevance: Mapping[Ref, tuple[int, ...]]
    circles: tuple[tuple[Rule, ...], ...]


_graphs: WeakKeyDictionary[Form, Graph] = WeakKeyDictionary()


def graph(form: Form) -> Graph:
    """The graph of a form, made once."""
    if form not in _graphs:
        _graphs[form] = _made(form)
    return _graphs[form]


def paths(form: Form) -> tuple[Ref, ...]:
    """The generic path of every node an instance of the form can have, those in empty repeats too."""
    found: dict[Ref, None] = {}

    def grow(node: Node, path: Ref) -> None:
        found[path] = None
        for child in node.children:
            grow(child, f"{path}/{child.name}")

    grow(form.model, f"/{form.model.name}")
    for repeat in repeats(form.body):
        grow(repeat.template, repeat.ref)
    return tuple(found)


def repeats(parts: Iterable[Part]) -> Iterable[Repeat]:
    """Every repeat among these parts and below them, outer ones first."""
    for part in parts:
        if isinstance(part, Repeat):
            yield part
        if isinstance(part, Repeat | Group):
            yield from repeats(part.parts)


def above(path: Ref) -> Iterable[Ref]:
    """The path itself and every path above it, the nearest first."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def matching(pattern: Ref, known: Mapping[Ref, object]) -> Iterable[Ref]:
    """The known paths that a dependency means; "*" stands for one step, "**" for any number of steps."""
    if "*" not in pattern:
        return (pattern,) if pattern in known else ()
    steps = ["(?:/[^/]+)*" if step == "**" else "/[^/]+" if step == "*" else f"/{re.escape(step)}"
             for step in pattern.strip("/").split("/")]  # fmt: skip
    wanted = re.compile("".join(steps))
    return tuple(path for path in known if wanted.fullmatch(path))


_NO_FILTER = compile_expression("true()")
"""Stands where the choices are written inside the question."""


def _rules(form: Form) -> list[Rule]:
    rules = []
    for ref, bind in form.binds.items():
        if bind.relevant is not None:
            rules.append(Rule(ref, "relevant", bind.relevant))
        if bind.calculate is not None:
            rules.append(Rule(ref, "calculate", bind.calculate))
    rules += [Rule(each.ref, "count", each.count) for each in repeats(form.body) if each.count is not None]
    for question in form.questions():
        if question.itemset is not None:
            rules.append(Rule(question.ref, "choices", question.itemset.nodes or _NO_FILTER))
    return rules


def _made(form: Form) -> Graph:
    known = dict.fromkeys(paths(form))
    repeated = frozenset(each.ref for each in repeats(form.body))
    rules = _rules(form)
    reads = [_reads(rule, known) for rule in rules]
    writers: dict[Ref, list[int]] = {}
    for number, rule in enumerate(rules):
        writers.setdefault(rule.ref, []).append(number)
    before: dict[int, set[int]] = {
        number: {
            writer
            for read in reads[number] - _across(rule, reads[number], repeated)
            for writer in _written(read, rules, writers)
            if not _harmless(rule, rules[writer])
        }
        for number, rule in enumerate(rules)
    }
    order, circles = _ordered(before, rules)
    place = {number: rank for rank, number in enumerate(order)}
    by_value: dict[Ref, set[int]] = {}
    by_relevance: dict[Ref, set[int]] = {}
    for number, read in ((place[number], read) for number, all_read in enumerate(reads) for read in all_read):
        by_value.setdefault(read, set()).add(number)
        for path in above(read):
            by_relevance.setdefault(path, set()).add(number)
    return Graph(
        rules=tuple(rules[number] for number in order),
        by_value={path: tuple(sorted(found)) for path, found in by_value.items()},
        by_relevance={path: tuple(sorted(found)) for path, found in by_relevance.items()},
        circles=tuple(tuple(rules[number] for number in circle) for circle in circles),
    )


def _reads(rule: Rule, known: Mapping[Ref, object]) -> frozenset[Ref]:
    found = rule.expression.dependencies(rule.ref)
    if rule.writes == "choices":
        found |= {rule.ref}  # what was given is looked at, whoever gave it
    return frozenset(path for read in found if read.startswith("/") for path in matching(read, known))


def _across(rule: Rule, reads: frozenset[Ref], repeated: frozenset[Ref]) -> frozenset[Ref]:
    """What a rule inside a repeat reads by absolute path inside the same repeat: other entries' nodes.

    A running total reads the total of the entry before: no circle, though both have one generic path.
    """
    outer = [path for path in above(rule.ref) if path in repeated]
    if not outer:
        return frozenset()
    around = outer[-1]
    elsewhere = f"{around}\N{SECTION SIGN}"
    found = rule.expression.dependencies(rule.ref.replace(around, elsewhere, 1))
    return frozenset(
        read
        for read in reads
        if read.startswith(f"{around}/") and read in found and read.replace(around, elsewhere, 1) not in found
    )


def _written(read: Ref, rules: list[Rule], writers: Mapping[Ref, list[int]]) -> Iterable[int]:
    """The rules that can change what is read at a path: its value, its relevance, whether it is there."""
    for path in above(read):
        for number in writers.get(path, ()):
            if path == read or rules[number].writes in {"relevant", "count"}:
                yield number


def _harmless(rule: Rule, writer: Rule) -> bool:
    """What reads what it writes itself without going round: a filter that reads its own question, `once()`."""
    return rule is writer and (
        rule.writes == "choices" or any(name == "once" for name, _ in rule.expression.calls)
    )


def _ordered(before: dict[int, set[int]], rules: list[Rule]) -> tuple[list[int], list[list[int]]]:
    """The rules so that each comes after those it reads; each circle found is cut at one place and listed.

    A repeat that grows as it is filled (its count reads its entries) is no circle: it grows once an answer.
    """
    circles: list[list[int]] = []
    while True:
        try:
            return list(TopologicalSorter(before).static_order()), circles
        except CycleError as error:
            circle: list[int] = error.args[
                1
            ]  # each comes before the next; the first is named again at the end
            edges = list(pairwise(circle))
            growing = next((edge for edge in edges if rules[edge[0]].writes == "count"), None)
            if growing is None:
                circles.append(circle[1:])
            writer, reader = growing or edges[0]
            before[reader].discard(writer)
