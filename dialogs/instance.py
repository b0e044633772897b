"""The tree of answers of one session: what is relevant, required, valid; recomputes dependants only."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import heapify, heappop, heappush
from math import isnan
from typing import Any
from unicodedata import bidirectional
from weakref import WeakKeyDictionary
from xml.sax.saxutils import escape, quoteattr

from dialogs.form import (
    EMPTY,
    NOTHING,
    Action,
    Bind,
    Choice,
    Form,
    Group,
    Itemset,
    Kind,
    Part,
    Pieces,
    Question,
    Ref,
    Repeat,
    Text,
)
from dialogs.graph import Graph, Rule, graph, paths, repeats
from dialogs.xpath import Budget, BudgetExceeded, Expression, Node, Scope, as_answer
from dialogs.xpath.tree import is_relevant

MAX_ENTRIES = 200
"""Entries of one repeat in one session."""

_INDEX = re.compile(r"\[(\d+)\]")
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RUNS = MAX_ENTRIES + 3  # a total that runs backwards through a full repeat settles one entry a run


class FormStall(Exception):
    """A rule of the form would take too long, or never come to rest: `ref` says whose, `limit` which bound.

    An instance that stalled while it was changed is half worked out: throw it away.
    """

    def __init__(self, ref: Ref, limit: str) -> None:
        super().__init__(f"{ref}: {limit}")
        self.ref = ref
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Step:
    """Something that can be asked: a question, or of a repeat whether another entry is wanted.

    `groups` are those around it, the outermost first; `entries` the repeat entries it lies in, by their refs.
    A question that may only be read comes as a NOTE. The ref of a repeat's step has no index of its own: give it
    to `Instance.add`.
    """

    ref: Ref
    part: Question | Repeat
    groups: tuple[Group, ...] = ()
    entries: tuple[tuple[Repeat, Ref], ...] = ()


@dataclass(frozen=True, slots=True)
class _Layout:
    """What is derived from a form once."""

    graph: Graph
    model: "_Mould"
    templates: Mapping[Ref, "_Mould"]
    questions: Mapping[Ref, Question]
    notes: Mapping[Ref, Question]
    repeats: Mapping[Ref, Repeat]
    defaults: Mapping[Ref, str | None]
    order: Mapping[Ref, tuple[str, ...]]
    counts: Mapping[Ref, int]
    filters: Mapping[Ref, tuple[int, ...]]
    given: Mapping[str, Ref]
    below: Mapping[Ref, tuple[int, ...]]
    changed: Mapping[Ref, tuple[Action, ...]]
    locks: Mapping[Ref, Expression]
    plain_choices: Mapping[Ref, tuple[Choice, ...]]
    shuffled: bool
    clocked: tuple[int, ...]
    ends: tuple[Ref, ...]


_Mould = tuple[tuple[str, str, Mapping[str, str] | None, int, Ref], ...]
"""A tree laid flat, parents first, so that copying it is one loop: name, text, attributes, parent's place, path."""

_layouts: WeakKeyDictionary[Form, _Layout] = WeakKeyDictionary()


class Instance:
    """One session's answers and what the form's rules make of them.

    Refs are absolute paths as in `Form`; a node in a repeat carries the index of each entry ("/data/child[2]/age"),
    a missing index means the first. Unknown refs raise KeyError; rules that exceed a budget raise FormStall, each
    public call having a budget of its own. `now` is aware, in the form's zone; `chance` gives [0, 1).
    """

    __slots__ = (
        "_budget",
        "_fresh",
        "_hidden",
        "_layout",
        "_nodes",
        "_root",
        "_seed",
        "chance",
        "form",
        "language",
        "now",
    )

    def __init__(self, form: Form, *, now: datetime, chance: Callable[[], float], language: str) -> None:
        self.form = form
        self.now = now
        self.chance = chance
        self.language = language
        self._layout = _layout(form)
        self._seed = 0.0
        self._budget = Budget()
        self._hidden: dict[Node, str] = {}  # as given: answers of which a filter offers something no more
        self._fresh: list[tuple[Ref, Node]] = []  # entries whose first values are still to be set
        self._nodes: dict[Ref, list[Node]] = {}
        self._root = _cast(self._layout.model, self._nodes)

    # -- beginning and coming back ----------------------------------------------------------------------------------

    @classmethod
    def start(
        cls,
        form: Form,
        *,
        now: datetime,
        chance: Callable[[], float],
        language: str,
        given: Mapping[str, str] = NOTHING,
    ) -> "Instance":
        """A session's first state: defaults, preloads, first-load values, and everything calculated.

        `given` fills the nodes whose bind says `tg:given`; keys the form does not ask for are ignored.
        """
        instance = cls(form, now=now, chance=chance, language=language)
        if instance._layout.shuffled:
            instance._seed = chance()
        for key, ref in instance._layout.given.items():
            if key in given:
                instance._nodes[ref][0].text = given[key]
        for ref, bind in form.binds.items():
            if bind.preload and ref in instance._nodes:
                instance._preload(ref, bind)
        instance._settle(range(len(instance._layout.graph.rules)))
        for action in form.actions:
            if "odk-instance-first-load" in action.events:
                instance._act(action, instance._nodes.get(action.ref, ()))
        instance._fill()
        return instance

    @classmethod
    def restore(
        cls,
        form: Form,
        plain: Mapping[str, Any],
        *,
        now: datetime,
        chance: Callable[[], float],
        language: str,
    ) -> "Instance":
        """The state that `to_plain` wrote. What clock or chance made stays; what is relevant today may differ."""
        instance = cls(form, now=now, chance=chance, language=language)
        instance._seed = plain.get("seed", 0.0)
        for ref, count in sorted(plain.get("counts", NOTHING).items(), key=lambda item: item[0].count("/")):
            instance._resize(ref, count)
        for ref, value in plain.get("values", NOTHING).items():
            instance._node(ref).text = value
        for ref, value in plain.get("hidden", NOTHING).items():
            instance._hidden[instance._node(ref)] = value
        off = frozenset(plain.get("off", ()))
        clocked = instance._layout.clocked
        for number, rule in enumerate(instance._layout.graph.rules):
            if rule.writes == "relevant":
                for node in instance._nodes.get(rule.ref, ()):
                    if number in clocked:
                        node.relevant = instance._ref(node) not in off
                    else:
                        node.relevant = instance._truth(rule.expression, node, rule.ref)
        instance._settle(clocked)
        for ref in instance._layout.ends:
            instance._preload(ref, form.binds[ref])
        return instance

    def to_plain(self) -> dict[str, Any]:
        """JSON-ready: `values` of leaves and `counts` of repeats that differ from the form's own.

        Where the form needs them: `hidden` answers, `off` (refs that the clock holds back), the `seed` of mixed lists.
        """
        defaults, repeated = self._layout.defaults, self._layout.repeats
        values: dict[Ref, str] = {}
        for path, default in defaults.items():
            for node in self._nodes.get(path, ()):
                if node.text != default:
                    values[self._ref(node) if repeated else path] = node.text
        plain: dict[str, Any] = {"values": values} if values else {}
        if repeated and (counts := self._counts()):
            plain["counts"] = counts
        if self._hidden:
            plain["hidden"] = {self._ref(node): value for node, value in self._hidden.items()}
        rules = self._layout.graph.rules
        held = (
            node
            for n in self._layout.clocked
            for node in self._nodes.get(rules[n].ref, ())
            if not node.relevant
        )
        if off := [self._ref(node) for node in held]:
            plain["off"] = off
        if self._layout.shuffled:
            plain["seed"] = self._seed
        return plain

    # -- answers ----------------------------------------------------------------------------------------------------

    def set(self, ref: Ref, value: str) -> None:
        """Write an answer in canonical text; "" empties. Recomputes what depends on it.

        What is not among the choices offered is kept and reads as not chosen until it is offered.
        """
        self._budget = Budget()
        node = self._node(ref)
        if self._hidden.get(node, node.text) == value:
            return
        self._hidden.pop(node, None)
        path = _generic(ref)
        node.text = value
        self._settle((*self._layout.filters.get(path, ()), *self._layout.graph.by_value.get(path, ())))
        for action in self._layout.changed.get(path, ()):
            self._act(action, self._near(action.ref, node, path))
        self._fill()

    def value(self, ref: Ref) -> str:
        """The answer as rules read it: "" where the node is not relevant."""
        return self._node(ref).value()

    def kept(self, ref: Ref) -> str:
        """The answer as it was given, also while it is not relevant or not offered."""
        node = self._node(ref)
        return self._hidden.get(node, node.text)

    def relevant(self, ref: Ref) -> bool:
        """Whether the node and all above it are relevant."""
        return is_relevant(self._node(ref))

    def required(self, ref: Ref) -> bool:
        """Whether an answer is needed."""
        bind = self._bind(ref)
        return bind.required is not None and self._ruled(bind.required, ref)

    def readonly(self, ref: Ref) -> bool:
        """Whether the answer may only be read: by its own rule or that of a group around it."""
        self._budget = Budget()
        return self._locked(self._node(ref), _generic(ref))

    def valid(self, ref: Ref) -> bool:
        """Whether the answer keeps the constraint; no answer is valid."""
        bind = self._bind(ref)
        return bind.constraint is None or not self.value(ref) or self._ruled(bind.constraint, ref)

    def answers(self) -> dict[Ref, str]:
        """Every relevant leaf that is not empty, in form order; calculated and given ones too, `meta` left out."""
        found: dict[Ref, str] = {}

        def gather(node: Node) -> None:
            for child in node.children:
                if child.relevant and child.name.rpartition(":")[2] != "meta":
                    if child.children:
                        gather(child)
                    elif child.text:
                        found[self._ref(child)] = child.text

        gather(self._root)
        return found

    # -- repeats ----------------------------------------------------------------------------------------------------

    def entries(self, ref: Ref) -> tuple[Ref, ...]:
        """The refs of a repeat's entries; `ref` names the repeat without an index of its own."""
        return tuple(f"{ref}[{number}]" for number in range(1, len(self._entries(ref)) + 1))

    def add(self, ref: Ref) -> Ref:
        """One more entry of a repeat; answers its ref. ValueError where the form or MAX_ENTRIES allows no more."""
        repeat = self._layout.repeats[_generic(ref)]
        count = len(self._entries(ref))
        if repeat.count is not None or repeat.fixed or count >= MAX_ENTRIES:
            raise ValueError(f"{ref} takes no further entry")
        self._budget = Budget()
        self._settle(self._grow(ref, count + 1))
        self._fill()
        return f"{ref}[{count + 1}]"

    def remove(self, ref: Ref) -> None:
        """Take an entry of a repeat away with everything in it; those after it move up."""
        repeat = self._layout.repeats[_generic(ref)]
        if repeat.count is not None or repeat.fixed:
            raise ValueError(f"{ref} cannot be removed")
        self._budget = Budget()
        entry = self._node(ref)
        if entry.parent is not None:
            entry.parent.children.remove(entry)
        self._reindex()
        path = _generic(ref)
        self._settle((*self._layout.below[path], *self._layout.graph.by_relevance.get(path, ())))
        self._fill()

    # -- words ------------------------------------------------------------------------------------------------------

    def words(self, text: Text, ref: Ref) -> str:
        """A text in the session's language, or in the form's own; outputs are worked out at `ref`.

        What is put in is isolated (FSI … PDI) where it runs against the direction of the text around it.
        """
        pieces = self._pieces(text)
        if all(isinstance(piece, str) for piece in pieces):
            return "".join(piece for piece in pieces if isinstance(piece, str))
        self._budget = Budget()
        return self._spoken(pieces, self._node(ref), ref)

    def choices(self, question: Question, ref: Ref) -> tuple[Choice, ...]:
        """The choices that are offered, in the order in which they are offered."""
        if (plain := self._layout.plain_choices.get(question.ref)) is not None:
            return plain
        self._budget = Budget()
        return (
            tuple(self._offered(question.itemset, self._node(ref), ref))
            if question.itemset is not None
            else ()
        )

    def label(self, question: Question, value: str, ref: Ref) -> str:
        """An answer in words: the labels of what was chosen, joined; other answers as they are."""
        if question.itemset is None or not value:
            return value
        names = [value] if question.kind is Kind.SELECT_ONE else value.split()
        known = question.itemset.choices or {choice.name: choice for choice in self.choices(question, ref)}
        labels = (self.words(known[name].label, ref) if name in known else "" for name in names)
        return ", ".join(label or name for name, label in zip(names, labels, strict=True))

    def walk(self) -> list[Step]:
        """Everything that can be asked now, in form order: relevant, not given, not a silent readonly node."""
        steps: list[Step] = []
        self._budget = Budget()
        self._walk(self.form.body, self._root, f"/{self._root.name}", "", steps, (), ())
        return steps

    def to_xml(self, instance_id: str) -> str:
        """The instance as it is submitted: what is not relevant left out, `instanceID` filled in."""
        written: list[str] = []
        self._write(self._root, written, instance_id)
        return "".join(written)

    # -- finding nodes ----------------------------------------------------------------------------------------------

    def _node(self, ref: Ref) -> Node:
        if "[" not in ref:
            found = self._nodes.get(ref)
            if not found:
                raise KeyError(ref)
            return found[0]
        node = self._root
        first, *steps = ref.strip("/").split("/")
        if first != node.name:
            raise KeyError(ref)
        for step in steps:
            name, _, index = step.rstrip("]").partition("[")
            namesakes = [child for child in node.children if child.name == name]
            place = int(index or 1) - 1
            if not 0 <= place < len(namesakes):
                raise KeyError(ref)
            node = namesakes[place]
        return node

    def _ref(self, node: Node) -> Ref:
        chain = [node]
        while (parent := chain[-1].parent) is not None:
            chain.append(parent)
        path = ref = ""
        for each in reversed(chain):
            path = f"{path}/{each.name}"
            ref = f"{ref}/{each.name}"
            if path in self._layout.repeats and each.parent is not None:
                namesakes = [child for child in each.parent.children if child.name == each.name]
                ref = f"{ref}[{next(i for i, child in enumerate(namesakes, 1) if child is each)}]"
        return ref

    def _bind(self, ref: Ref) -> Bind:
        path = _generic(ref)
        if path not in self._nodes:
            raise KeyError(ref)
        return self.form.binds.get(path) or Bind(path)

    def _near(self, target: Ref, node: Node, path: Ref) -> Sequence[Node]:
        """The nodes at a generic path, in the entries that `node` lies in."""
        while not target.startswith(f"{path}/") and node.parent is not None:
            node, path = node.parent, path.rpartition("/")[0]
        found = [node]
        for step in target[len(path) :].strip("/").split("/"):
            found = [child for each in found for child in each.children if child.name == step]
        return found

    def _entries(self, ref: Ref) -> list[Node]:
        above, _, name = ref.rpartition("/")
        return [child for child in self._node(above).children if child.name == name]

    def _reindex(self) -> None:
        self._nodes = {}

        def note(node: Node, path: Ref) -> None:
            self._nodes.setdefault(path, []).append(node)
            for child in node.children:
                note(child, f"{path}/{child.name}")

        note(self._root, f"/{self._root.name}")
        if self._hidden:
            alive = {node for nodes in self._nodes.values() for node in nodes}
            self._hidden = {node: value for node, value in self._hidden.items() if node in alive}

    # -- working rules out ------------------------------------------------------------------------------------------

    def _scope(self, node: Node) -> Scope:
        return Scope(
            node=node,
            root=self._root,
            instances=self.form.instances,
            now=self.now,
            budget=self._budget,
            chance=self.chance,
            texts=self._itext,
            choice_name=self._choice_name,
            language=self.language,
        )

    def _locked(self, node: Node, path: Ref) -> bool:
        above: Node | None = node
        locks = self._layout.locks
        while above is not None and locks:
            if path in locks and self._truth(locks[path], above, path):
                return True
            above, path = above.parent, path.rpartition("/")[0]
        return False

    def _truth(self, expression: Expression, node: Node, ref: Ref) -> bool:
        try:
            return expression.boolean(self._scope(node))
        except BudgetExceeded as error:
            raise FormStall(ref, str(error)) from error

    def _ruled(self, expression: Expression, ref: Ref) -> bool:
        return self._ruled_at(expression, self._node(ref), ref)

    def _ruled_at(self, expression: Expression, node: Node, ref: Ref) -> bool:
        self._budget = Budget()
        return self._truth(expression, node, ref)

    def _answer(self, expression: Expression, node: Node, ref: Ref) -> str:
        try:
            return as_answer(expression.evaluate(self._scope(node)))
        except BudgetExceeded as error:
            raise FormStall(ref, str(error)) from error

    def _itext(self, key: str) -> str:
        text = self.form.texts.get(key, EMPTY)
        return self._spoken(self._pieces(text), self._root, key)

    def _choice_name(self, value: str, path: str) -> str:
        ref = _generic(path.strip())
        question = self._layout.questions.get(ref)
        if question is None:
            name = ref.rpartition("/")[2]
            question = next((each for each in self._layout.questions.values() if each.name == name), None)
        if question is None or question.itemset is None:
            return ""
        choice = question.itemset.choices.get(value)
        return self._spoken(self._pieces(choice.label), self._root, ref) if choice is not None else ""

    def _settle(self, numbers: Iterable[int]) -> None:
        """Work these rules out, and whatever reads what changed, each after those it reads."""
        rules = self._layout.graph.rules
        waiting = list(set(numbers))
        heapify(waiting)
        queued = set(waiting)
        runs: dict[int, int] = {}
        while waiting:
            number = heappop(waiting)
            queued.discard(number)
            runs[number] = runs.get(number, 0) + 1
            if runs[number] > 1 and rules[number].writes == "count":
                continue  # a repeat whose count reads its own entries grows once an answer
            if runs[number] > _RUNS:
                raise FormStall(rules[number].ref, "the rule never comes to rest")
            for reader in self._work(rules[number]):
                if reader not in queued:
                    queued.add(reader)
                    heappush(waiting, reader)

    def _work(self, rule: Rule) -> Iterable[int]:
        """Work one rule out wherever it applies; answers the rules that read what changed."""
        nodes = self._nodes.get(rule.ref, ())
        changed = False
        match rule.writes:
            case "relevant":
                for node in nodes:
                    now = self._truth(rule.expression, node, rule.ref)
                    changed |= now != node.relevant
                    node.relevant = now
                return self._layout.graph.by_relevance.get(rule.ref, ()) if changed else ()
            case "count":
                return self._recount(rule)
            case "calculate":
                for node in nodes:
                    answer = self._answer(rule.expression, node, rule.ref)
                    changed |= answer != node.text
                    node.text = answer
            case _:
                for node in nodes:
                    given = self._hidden.pop(node, node.text)
                    answer = self._still_offered(rule.ref, node, given) if given else ""
                    changed |= answer != node.text
                    node.text = answer
                    if answer != given:
                        self._hidden[node] = given
        return self._layout.graph.by_value.get(rule.ref, ()) if changed else ()

    def _act(self, action: Action, nodes: Iterable[Node]) -> None:
        for node in nodes:
            match action.value:
                case None | str():
                    value = action.value or ""
                case expression:
                    value = self._answer(expression, node, action.ref)
            if node.text != value:
                node.text = value
                self._settle(self._layout.graph.by_value.get(action.ref, ()))

    def _preload(self, ref: Ref, bind: Bind) -> None:
        """Only what identifies nobody: the day. A timestamp is coarsened to its day."""
        match bind.preload:
            case "date today":
                value = self.now.date().isoformat()
            case "timestamp start" | "timestamp end":
                value = self.now.replace(hour=0, minute=0, second=0, microsecond=0).isoformat(
                    "T", "milliseconds"
                )
            case _:
                return
        for node in self._nodes.get(ref, ()):
            node.text = value

    # -- choices ----------------------------------------------------------------------------------------------------

    def _offered(self, itemset: Itemset, node: Node, ref: Ref) -> Iterator[Choice]:
        if itemset.nodes is None:
            yield from itemset.choices.values()
            return
        scope = replace(self._scope(node), chance=_chance(self._seed, ref))
        try:
            nodes = itemset.nodes.nodes(scope)
        except BudgetExceeded as error:
            raise FormStall(ref, str(error)) from error
        for found in nodes:
            if itemset.by_node:
                if found in itemset.by_node:
                    yield itemset.by_node[found]
                continue
            values = {child.name: child.value() for child in found.children}
            if name := values.get(itemset.value, ""):
                label = values.get(itemset.label) or name
                yield Choice(name, Text({self.form.default_language: (label,)}))

    def _still_offered(self, path: Ref, node: Node, given: str) -> str:
        """What of an answer its filter offers; the rest is hidden until it is offered again."""
        question = self._layout.questions[path]
        if question.itemset is None:
            return given
        offered = {choice.name for choice in self._offered(question.itemset, node, path)}
        if question.kind is Kind.SELECT_ONE:
            return given if given in offered else ""
        return " ".join(name for name in given.split() if name in offered)

    # -- repeats' entries -------------------------------------------------------------------------------------------

    def _recount(self, rule: Rule) -> Iterable[int]:
        above, _, name = rule.ref.rpartition("/")
        woken: tuple[int, ...] = ()
        for parent in tuple(self._nodes.get(above, ())):
            here = [child for child in parent.children if child.name == name]
            context = here[0] if here else _hung(name, parent)
            try:
                wanted = rule.expression.number(self._scope(context))
            except BudgetExceeded as error:
                raise FormStall(rule.ref, str(error)) from error
            count = 0 if isnan(wanted) else int(min(max(wanted, 0), MAX_ENTRIES))
            if len(here) != count:
                woken = self._grow(f"{self._ref(parent)}/{name}", count)
        return woken

    def _grow(self, ref: Ref, count: int) -> tuple[int, ...]:
        """Resize a repeat; answers the rules to work out: those inside and those that read it."""
        path = _generic(ref)
        for entry in self._resize(ref, count):
            self._fresh.append((path, entry))
        return (*self._layout.below[path], *self._layout.graph.by_relevance.get(path, ()))

    def _fill(self) -> None:
        """Set the first values of fresh entries, and of those that this makes in turn."""
        while self._fresh:
            path, entry = self._fresh.pop(0)
            for action in self.form.actions:
                if "odk-new-repeat" in action.events and action.ref.startswith(f"{path}/"):
                    self._act(action, self._near(action.ref, entry, path))

    def _resize(self, ref: Ref, count: int) -> list[Node]:
        """Make a repeat have so many entries; answers the fresh ones."""
        path = _generic(ref)
        entries = self._entries(ref)
        parent = self._node(ref.rpartition("/")[0])
        for entry in entries[count:]:
            parent.children.remove(entry)
        kept = entries[:count]
        fresh = [_cast(self._layout.templates[path], {}) for _ in range(count - len(entries))]
        place = self._place(parent, path, kept)
        for number, entry in enumerate(fresh):
            entry.parent = parent
            parent.children.insert(place + number, entry)
        self._reindex()
        return fresh

    def _place(self, parent: Node, path: Ref, entries: list[Node]) -> int:
        if entries:
            return next(i for i, child in enumerate(parent.children, 1) if child is entries[-1])
        above, _, name = path.rpartition("/")
        order = self._layout.order[above]
        later = order[order.index(name) + 1 :]
        return next(
            (i for i, child in enumerate(parent.children) if child.name in later), len(parent.children)
        )

    def _counts(self) -> dict[Ref, int]:
        counts: dict[Ref, int] = {}
        for path in self._layout.repeats:
            above, _, name = path.rpartition("/")
            for parent in self._nodes.get(above, ()):
                count = sum(1 for child in parent.children if child.name == name)
                if count != self._layout.counts.get(path):  # inside other repeats there is no usual count
                    counts[f"{self._ref(parent)}/{name}"] = count
        return counts

    # -- speaking and writing ---------------------------------------------------------------------------------------

    def _pieces(self, text: Text) -> Pieces:
        by_language = text.by_language
        return (
            by_language.get(self.language)
            or by_language.get(self.form.default_language)
            or next(iter(by_language.values()), ())
        )

    def _spoken(self, pieces: Pieces, node: Node, ref: Ref) -> str:
        leftward = _leftward("".join(piece for piece in pieces if isinstance(piece, str)))
        return "".join(
            piece if isinstance(piece, str) else _isolated(self._answer(piece, node, ref), leftward)
            for piece in pieces
        )

    def _walk(
        self,
        parts: tuple[Part, ...],
        node: Node,
        path: Ref,
        ref: Ref,
        steps: list[Step],
        groups: tuple[Group, ...],
        entries: tuple[tuple[Repeat, Ref], ...],
    ) -> None:
        """`node` at generic `path` is where these parts hang; `ref` is its indexed ref, "" where both are equal."""
        for part in parts:
            tail = part.ref[len(path) :]
            at = f"{ref}{tail}" if ref else part.ref
            if isinstance(part, Repeat):
                self._walk_repeat(part, node, at, steps, groups, entries)
                continue
            here = self._below(node, tail) if ref else next(iter(self._nodes.get(part.ref, ())), None)
            if here is None or not _relevant_between(here, node):
                continue
            if isinstance(part, Group):
                self._walk(part.parts, here, part.ref, at if ref else "", steps, (*groups, part), entries)
            elif (asked := self._asked(part, here)) is not None:
                steps.append(Step(at, asked, groups, entries))

    def _walk_repeat(
        self,
        repeat: Repeat,
        node: Node,
        ref: Ref,
        steps: list[Step],
        groups: tuple[Group, ...],
        entries: tuple[tuple[Repeat, Ref], ...],
    ) -> None:
        found = self._entries(ref)
        for number, entry in enumerate(found, 1):
            if entry.relevant:
                around = (*entries, (repeat, f"{ref}[{number}]"))
                self._walk(repeat.parts, entry, repeat.ref, f"{ref}[{number}]", steps, groups, around)
        more = repeat.count is None and not repeat.fixed and len(found) < MAX_ENTRIES
        if more and (
            all(entry.relevant for entry in found) if found else self._would_be_relevant(repeat, ref)
        ):
            steps.append(Step(ref, repeat, groups, entries))

    def _would_be_relevant(self, repeat: Repeat, ref: Ref) -> bool:
        """Whether a first entry of a repeat that has none would be relevant."""
        above = self._node(ref.rpartition("/")[0])
        bind = self.form.binds.get(repeat.ref)
        if bind is None or bind.relevant is None:
            return is_relevant(above)
        entry = _cast(self._layout.templates[repeat.ref], {})
        entry.parent = above
        return is_relevant(above) and self._ruled_at(bind.relevant, entry, ref)

    def _below(self, node: Node, tail: str) -> Node | None:
        found: Node | None = node
        for step in tail.split("/")[1:]:
            found = next((child for child in found.children if child.name == step), None) if found else None
        return found

    def _asked(self, question: Question, node: Node) -> Question | None:
        bind = self.form.binds.get(question.ref)
        if bind is not None and "given" in bind.chat:
            return None
        if question.kind is Kind.NOTE or not self._locked(node, question.ref):
            return question
        return self._layout.notes.get(question.ref)

    def _write(self, node: Node, written: list[str], instance_id: str) -> None:
        attributes = "".join(f" {name}={quoteattr(_sound(value))}" for name, value in node.attributes.items())
        written.append(f"<{node.name}{attributes}>")
        if node.children:
            for child in node.children:
                if child.relevant:
                    self._write(child, written, instance_id)
        elif node.name.rpartition(":")[2] == "instanceID":
            written.append(escape(instance_id))
        else:
            written.append(escape(_sound(node.text)))
        if node.parent is None and not any(
            child.name.rpartition(":")[2] == "meta" for child in node.children
        ):
            written.append(f"<meta><instanceID>{escape(instance_id)}</instanceID></meta>")
        written.append(f"</{node.name}>")


def _layout(form: Form) -> _Layout:
    if form not in _layouts:
        _layouts[form] = _made(form)
    return _layouts[form]


def _made(form: Form) -> _Layout:
    found = graph(form)
    by_ref = {repeat.ref: repeat for repeat in repeats(form.body)}
    mould = _mould(form.model, f"/{form.model.name}")
    templates = {ref: _mould(repeat.template, ref) for ref, repeat in by_ref.items()}
    model: dict[Ref, list[Node]] = {}
    _cast(mould, model)
    defaults: dict[Ref, str | None] = {}
    order: dict[Ref, dict[str, None]] = {}
    counts: dict[Ref, int] = {}
    for path in paths(form):
        above, _, name = path.rpartition("/")
        order.setdefault(above, {})[name] = None
    grown = dict(model)
    for ref in by_ref:
        template: dict[Ref, list[Node]] = {}
        _cast(templates[ref], template)
        for path, nodes in template.items():
            texts = {node.text for node in (*nodes, *grown.get(path, ()))}
            defaults[path] = texts.pop() if len(texts) == 1 else None
            grown[path] = [*grown.get(path, ()), *nodes]
        if not any(ref.startswith(f"{outer}/") for outer in by_ref):
            counts[ref] = len(model.get(ref, ()))
    leaves = {path: nodes for path, nodes in grown.items() if not any(node.children for node in nodes)}
    questions = {question.ref: question for question in form.questions()}
    shown = {
        ref: replace(question, kind=Kind.NOTE, itemset=None)
        for ref, question in questions.items()
        if question.label
    }
    return _Layout(
        graph=found,
        model=mould,
        templates=templates,
        questions=questions,
        notes=shown,
        repeats=by_ref,
        defaults={path: defaults.get(path, nodes[0].text) for path, nodes in leaves.items()},
        order={above: tuple(names) for above, names in order.items()},
        counts=counts,
        filters={rule.ref: (n,) for n, rule in enumerate(found.rules) if rule.writes == "choices"},
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
        plain_choices={
            ref: choices for ref, question in questions.items() if (choices := _plain(question)) is not None
        },
        shuffled=any(
            question.itemset.nodes.volatile
            for question in questions.values()
            if question.itemset is not None and question.itemset.nodes is not None
        ),
        clocked=tuple(
            n for n, rule in enumerate(found.rules) if rule.writes == "relevant" and rule.expression.volatile
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


def _mould(root: Node, path: Ref) -> _Mould:
    rows: list[tuple[str, str, Mapping[str, str] | None, int, Ref]] = []

    def lay(node: Node, above: int, at: Ref) -> None:
        place = len(rows)
        rows.append((node.name, node.text, node.attributes or None, above, at))
        for child in node.children:
            lay(child, place, f"{at}/{child.name}")

    lay(root, -1, path)
    return tuple(rows)


def _cast(mould: _Mould, nodes: dict[Ref, list[Node]]) -> Node:
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


def _hung(name: str, parent: Node) -> Node:
    """A node that knows its parent and is not among its children: where a repeat without entries would be."""
    node = Node(name)
    node.parent = parent
    return node


def _generic(ref: Ref) -> Ref:
    return _INDEX.sub("", ref) if "[" in ref else ref


def _relevant_between(node: Node, top: Node) -> bool:
    """Whether a node and those above it, up to a relevant one, are relevant."""
    above: Node | None = node
    while above is not None and above is not top:
        if not above.relevant:
            return False
        above = above.parent
    return True


def _chance(seed: float, ref: Ref) -> Callable[[], float]:
    """The same chances each time for one session and one question, so that a mixed list stays as it was shown."""
    state = int(seed * 2147483646) + 1
    for letter in ref:
        state = (state * 48271 + ord(letter)) % 2147483647 or 1

    def draw() -> float:
        nonlocal state
        state = state * 48271 % 2147483647 or 1
        return (state - 1) / 2147483646

    return draw


def _leftward(words: str) -> bool | None:
    """Whether words run from right to left, by their first strong character; None where they have none."""
    for letter in words:
        match bidirectional(letter):
            case "L":
                return False
            case "R" | "AL":
                return True
    return None


def _isolated(value: str, leftward: bool | None) -> str:
    against = {"L"} if leftward else {"R", "AL"}
    if any(bidirectional(letter) in against for letter in value):
        return f"\N{FIRST STRONG ISOLATE}{value}\N{POP DIRECTIONAL ISOLATE}"
    return value


def _sound(text: str) -> str:
    """Text as XML 1.0 can hold it."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
