"""What is derived from a form once: its moulds, its graph, and what the instance looks up by path."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from dialogs.form import Action, Choice, Form, Kind, Question, Ref, Repeat
from dialogs.graph import Graph, Rule, graph, paths, repeats
from dialogs.xpath import Expression, Node


@dataclass(frozen=True, slots=True)
class Layout:
    """What is derived from a form once."""

    graph: Graph
    model: "Mould"
    templates: Mapping[Ref, "Mould"]
    written: Mapping[Ref, tuple["Mould", ...]]
    questions: Mapping[Ref, Question]
    notes: Mapping[Ref, Question]
    repeats: Mapping[Ref, Repeat]
    defaults: Mapping[Ref, str | None]
    order: Mapping[Ref, tuple[str, ...]]
    counts: Mapping[Ref, int]
    given: Mapping[str, Ref]
    below: Mapping[Ref, tuple[int, ...]]
    changed: Mapping[Ref, tuple[Action, ...]]
    locks: Mapping[Ref, Expression]
    suggested: Mapping[Ref, Expression]
    plain_choices: Mapping[Ref, tuple[Choice, ...]]
    plain_names: Mapping[Ref, frozenset[str]]
    shuffled: bool
    clocked: tuple[int, ...]
    worded: tuple[int, ...]
    ends: tuple[Ref, ...]


Mould = tuple[tuple[str, str, Mapping[str, str] | None, int, Ref], ...]
"""A tree laid flat, parents first, so that copying it is one loop: name, text, attributes, parent's place, path."""

_layouts: WeakKeyDictionary[Form, Layout] = WeakKeyDictionary()


def layout(form: Form) -> Layout:
    """The layout of a form, made once."""
    if form not in _layouts:
        _layouts[form] = _made(form)
    return _layouts[form]


def _made(form: Form) -> Layout:
    found = graph(form)
    by_ref = {repeat.ref: repeat for repeat in repeats(form.body)}
    mould = _mould(form.model, f"/{form.model.name}")
    templates = {ref: _mould(repeat.template, ref) for ref, repeat in by_ref.items()}
    model: dict[Ref, list[Node]] = {}
    cast(mould, model)
    defaults: dict[Ref, str | None] = {}
    order: dict[Ref, dict[str, None]] = {}
    counts: dict[Ref, int] = {}
    for path in paths(form):
        above, _, name = path.rpartition("/")
        order.setdefault(above, {})[name] = None
    grown = dict(model)
    for ref in by_ref:
        template: dict[Ref, list[Node]] = {}
        cast(templates[ref], template)
        for path, nodes in template.items():
            texts = {node.text for node in (*nodes, *grown.get(path, ()))}
            defaults[path] = texts.pop() if len(texts) == 1 else None
            grown[path] = [*grown.get(path, ()), *nodes]
        if not any(ref.startswith(f"{outer}/") for outer in by_ref):
            counts[ref] = len(model.get(ref, ()))
    leaves = {path: nodes for path, nodes in grown.items() if not any(node.children for node in nodes)}
    questions = {question.ref: question for question in form.questions()}
    plain = {ref: choices for ref, each in questions.items() if (choices := _plain(each)) is not None}
    shown = {
        ref: replace(question, kind=Kind.NOTE, itemset=None)
        for ref, question in questions.items()
        if question.label
    }
    return Layout(
        graph=found,
        model=mould,
        templates=templates,
        written={
            ref: tuple(_mould(node, ref) for node in model.get(ref, ()))
            for ref in counts
            if by_ref[ref].count is not None
        },
        questions=questions,
        notes=shown,
        repeats=by_ref,
        defaults={path: defaults.get(path, nodes[0].text) for path, nodes in leaves.items()},
        order={above: tuple(names) for above, names in order.items()},
        counts=counts,
        given={
            bind.chat["given"]: ref
            for ref, bind in form.binds.items()
            if "given" in bind.chat and ref in model
        },
        below={
            ref: tuple(
                n
                for n, rule in enumerate(found.rules)
                if rule.ref.startswith(f"{ref}/") or _inside(rule, ref)
            )
            for ref in by_ref
        },
        changed=_by_source(form.actions),
        locks={ref: bind.readonly for ref, bind in form.binds.items() if bind.readonly is not None},
        suggested={
            ref: bind.calculate
            for ref, bind in form.binds.items()
            if bind.calculate is not None and ref in questions and questions[ref].kind is not Kind.NOTE
        },
        plain_choices=plain,
        plain_names={ref: frozenset(choice.name for choice in choices) for ref, choices in plain.items()},
        shuffled=any(
            question.itemset.nodes.volatile
            for question in questions.values()
            if question.itemset is not None and question.itemset.nodes is not None
        ),
        clocked=tuple(
            n for n, rule in enumerate(found.rules) if rule.writes == "relevant" and rule.expression.volatile
        ),
        worded=tuple(
            n
            for n, rule in enumerate(found.rules)
            if any(name in ("jr:choice-name", "jr:itext") for name, _ in rule.expression.calls)
        ),
        ends=tuple(
            ref for ref, bind in form.binds.items() if bind.preload == "timestamp end" and ref in model
        ),
    )


def _inside(rule: Rule, repeat: Ref) -> bool:
    """Whether a rule works on a repeat's entries themselves (not on how many there are)."""
    return rule.ref == repeat and rule.writes != "count"


def _by_source(actions: Iterable[Action]) -> dict[Ref, tuple[Action, ...]]:
    found: dict[Ref, tuple[Action, ...]] = {}
    for action in actions:
        if action.source is not None:
            found[action.source] = (*found.get(action.source, ()), action)
    return found


def _plain(question: Question) -> tuple[Choice, ...] | None:
    """The choices of a list that no answer filters and no chance mixes."""
    itemset = question.itemset
    if itemset is None:
        return None
    if itemset.nodes is None:
        return tuple(itemset.choices.values())
    simple = re.fullmatch(r"instance\(\s*['\"][^'\"]+['\"]\s*\)/root/item", itemset.nodes.text.strip())
    return tuple(itemset.by_node.values()) if simple else None


def _mould(root: Node, path: Ref) -> Mould:
    rows: list[tuple[str, str, Mapping[str, str] | None, int, Ref]] = []

    def lay(node: Node, above: int, at: Ref) -> None:
        place = len(rows)
        rows.append((node.name, node.text, node.attributes or None, above, at))
        for child in node.children:
            lay(child, place, f"{at}/{child.name}")

    lay(root, -1, path)
    return tuple(rows)


def cast(mould: Mould, nodes: dict[Ref, list[Node]]) -> Node:
    """A fresh tree from its mould; every node is listed under its generic path."""
    cast: list[Node] = []
    for name, text, attributes, above, path in mould:
        node = Node(name, text, attributes=attributes)
        if above >= 0:
            node.parent = parent = cast[above]
            parent.children.append(node)
        cast.append(node)
        if path in nodes:
            nodes[path].append(node)
        else:
            nodes[path] = [node]
    return cast[0]
