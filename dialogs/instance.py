"""The answers of one session and what the form's rules make of them: relevant, required, valid, calculated."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from heapq import heapify, heappop, heappush
from math import isnan
from typing import Any

from dialogs.answer import as_typed
from dialogs.form import (
    EMPTY,
    NOTHING,
    Action,
    Bind,
    Choice,
    Form,
    Itemset,
    Kind,
    Pieces,
    Question,
    Ref,
    Repeat,
    Text,
)
from dialogs.graph import Rule
from dialogs.layout import layout
from dialogs.submission import submission
from dialogs.tree import MAX_ENTRIES, Tree, generic
from dialogs.walking import Step, walk
from dialogs.wording import isolated, leftward
from dialogs.xpath import Budget, BudgetExceeded, Expression, Node, Scope, as_answer
from dialogs.xpath.tree import is_relevant

__all__ = ["MAX_ENTRIES", "FormStall", "Instance", "Step"]

_RUNS = MAX_ENTRIES + 3  # a total that runs backwards through a full repeat settles one entry a run


class FormStall(Exception):
    """A rule of the form would take too long, or never come to rest: `ref` says whose, `limit` which bound.

    An instance that stalled while it was changed is half worked out: throw it away.
    """

    def __init__(self, ref: Ref, limit: str) -> None:
        super().__init__(f"{ref}: {limit}")
        self.ref = ref
        self.limit = limit


class Instance:
    """One session's answers and what the form's rules make of them.

    Refs are absolute paths as in `Form`; a node in a repeat carries the index of each entry ("/data/child[2]/age"),
    a missing index means the first. Unknown refs raise KeyError; rules that exceed a budget raise FormStall, each
    public call having a budget of its own. `now` is aware, in the form's zone; `chance` gives [0, 1).
    """

    __slots__ = (
        "_beginning",
        "_budget",
        "_computed",
        "_fresh",
        "_hidden",
        "_layout",
        "_nodes",
        "_seed",
        "_tree",
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
        self._layout = layout(form)
        self._tree = Tree(self._layout)
        self._nodes = self._tree.nodes
        self._seed = 0.0
        self._beginning = False
        self._budget = Budget()
        self._hidden: dict[Node, str] = {}  # as given: answers of which something is not offered
        self._computed: dict[Node, str] = {}  # what was last suggested where people may say otherwise
        self._fresh: list[tuple[Ref, Node]] = []  # entries whose first values are still to be set

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
        instance._beginning = True
        instance._settle(range(len(instance._layout.graph.rules)))
        instance._beginning = False
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
        """The state that `to_plain` wrote. What clock or chance made stays; what is relevant today may differ, and
        what is in words is in those of this language.
        """
        instance = cls(form, now=now, chance=chance, language=language)
        instance._seed = plain.get("seed", 0.0)
        for ref, count in sorted(plain.get("counts", NOTHING).items(), key=lambda item: item[0].count("/")):
            instance._tree.resize(ref, count)
        for ref, value in plain.get("values", NOTHING).items():
            instance._tree.node(ref).text = value
        for ref, value in plain.get("hidden", NOTHING).items():
            instance._hidden[instance._tree.node(ref)] = value
        off = frozenset(plain.get("off", ()))
        clocked = instance._layout.clocked
        for number, rule in enumerate(instance._layout.graph.rules):
            if rule.writes == "relevant":
                for node in instance._nodes.get(rule.ref, ()):
                    if number in clocked:
                        node.relevant = instance._tree.ref(node) not in off
                    else:
                        node.relevant = instance._truth(rule.expression, node, rule.ref)
        for ref, suggestion in instance._layout.suggested.items():
            for node in instance._nodes.get(ref, ()):
                instance._computed[node] = instance._answer(suggestion, node, ref)
        instance._settle((*clocked, *instance._layout.worded))
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
                    values[self._tree.ref(node) if repeated else path] = node.text
        plain: dict[str, Any] = {"values": values} if values else {}
        if repeated and (counts := self._tree.counts()):
            plain["counts"] = counts
        if self._hidden:
            plain["hidden"] = {self._tree.ref(node): value for node, value in self._hidden.items()}
        rules = self._layout.graph.rules
        held = (
            node
            for n in self._layout.clocked
            for node in self._nodes.get(rules[n].ref, ())
            if not node.relevant
        )
        if off := [self._tree.ref(node) for node in held]:
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
        node, path = self._tree.node(ref), generic(ref)
        if not self._overwrite(node, self._typed(path, value)):
            return
        self._settle(self._layout.graph.by_value.get(path, ()))
        for action in self._layout.changed.get(path, ()):
            self._act(action, self._tree.near(action.ref, node, path))
        self._fill()

    def value(self, ref: Ref) -> str:
        """The answer as rules read it: "" where the node is not relevant."""
        return self._tree.node(ref).value()

    def kept(self, ref: Ref) -> str:
        """The answer as it was given, also while it is not relevant or not offered."""
        node = self._tree.node(ref)
        return self._hidden.get(node, node.text)

    def relevant(self, ref: Ref) -> bool:
        """Whether the node and all above it are relevant."""
        return is_relevant(self._tree.node(ref))

    def required(self, ref: Ref) -> bool:
        """Whether an answer is needed."""
        bind = self._bind(ref)
        return bind.required is not None and self._ruled(bind.required, ref)

    def readonly(self, ref: Ref) -> bool:
        """Whether the answer may only be read: by its own rule or that of a group around it."""
        self._budget = Budget()
        return self._locked(self._tree.node(ref), generic(ref))

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
                        found[self._tree.ref(child)] = child.text

        gather(self._tree.root)
        return found

    def leaves(self) -> Iterator[Ref]:
        """Everything that can hold an answer now, relevant or not; entries of a repeat side by side."""
        return (self._tree.ref(node) for path in self._layout.defaults for node in self._nodes.get(path, ()))

    # -- repeats ----------------------------------------------------------------------------------------------------

    def entries(self, ref: Ref) -> tuple[Ref, ...]:
        """The refs of a repeat's entries; `ref` names the repeat without an index of its own."""
        return tuple(f"{ref}[{number}]" for number in range(1, len(self._tree.entries(ref)) + 1))

    def add(self, ref: Ref) -> Ref:
        """One more entry of a repeat; answers its ref. ValueError where the form or MAX_ENTRIES allows no more."""
        repeat = self._layout.repeats[generic(ref)]
        count = len(self._tree.entries(ref))
        if repeat.count is not None or repeat.fixed or count >= MAX_ENTRIES:
            raise ValueError(f"{ref} takes no further entry")
        self._budget = Budget()
        self._settle(self._grow(ref, count + 1))
        self._fill()
        return f"{ref}[{count + 1}]"

    def remove(self, ref: Ref) -> None:
        """Take an entry of a repeat away with everything in it; those after it move up.

        KeyError where there is no such entry, ValueError where the form itself rules how many there are.
        """
        path = generic(ref)
        repeat = self._layout.repeats[path]
        if repeat.count is not None or repeat.fixed:
            raise ValueError(f"{ref} cannot be removed")
        self._budget = Budget()
        self._tree.remove(ref)
        self._forget_gone()
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
        return self._spoken(pieces, self._tree.node(ref), ref)

    def choices(self, question: Question, ref: Ref) -> tuple[Choice, ...]:
        """The choices that are offered, in the order in which they are offered."""
        if (plain := self._layout.plain_choices.get(question.ref)) is not None:
            return plain
        self._budget = Budget()
        return (
            tuple(self._offered(question.itemset, self._tree.node(ref), ref))
            if question.itemset is not None
            else ()
        )

    def label(self, question: Question, value: str, ref: Ref) -> str:
        """An answer in words: the labels of what was chosen, joined; other answers as they are."""
        if question.itemset is None or not value:
            return value.removesuffix(".0") if question.kind in {Kind.DECIMAL, Kind.RANGE} else value
        names = [value] if question.kind is Kind.SELECT_ONE else value.split()
        itemset = question.itemset
        known = itemset.choices
        if not known or len(known) != len(itemset.by_node or known):  # one name may stand for several choices
            known = {**known, **{choice.name: choice for choice in self.choices(question, ref)}}
        labels = (self.words(known[name].label, ref) if name in known else "" for name in names)
        return ", ".join(label or name for name, label in zip(names, labels, strict=True))

    def walk(self) -> list[Step]:
        """Everything that can be asked now, in form order: relevant, not given, not a silent readonly node."""
        self._budget = Budget()
        return walk(self.form.body, self._tree, self._asked, self._would_be_relevant)

    def to_xml(self, instance_id: str, *, files: Mapping[str, str] = NOTHING, known_as: str = "") -> str:
        """The instance as it is submitted, see `dialogs.submission`."""
        return submission(self._tree.root, instance_id, files=files, known_as=known_as)

    # -- finding nodes ----------------------------------------------------------------------------------------------

    def _bind(self, ref: Ref) -> Bind:
        path = generic(ref)
        if path not in self._nodes:
            raise KeyError(ref)
        return self.form.binds.get(path) or Bind(path)

    # -- working rules out ------------------------------------------------------------------------------------------

    def _scope(self, node: Node) -> Scope:
        return Scope(
            node=node,
            root=self._tree.root,
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
        return self._ruled_at(expression, self._tree.node(ref), ref)

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
        return self._spoken(self._pieces(text), self._tree.root, key)

    def _choice_name(self, value: str, path: str) -> str:
        ref = generic(path.strip())
        question = self._layout.questions.get(ref)
        if question is None:
            name = ref.rpartition("/")[2]
            question = next((each for each in self._layout.questions.values() if each.name == name), None)
        if question is None or question.itemset is None:
            return ""
        choice = question.itemset.choices.get(value)
        return self._spoken(self._pieces(choice.label), self._tree.root, ref) if choice is not None else ""

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
                    if rule.ref in self._layout.suggested:
                        if self._computed.get(node) == answer:
                            continue  # what people said instead stays until there is something new to suggest
                        self._computed[node] = answer
                    changed |= self._overwrite(node, answer)
            case _:
                for node in nodes:
                    given = self._hidden.pop(node, node.text)
                    answer = self._still_offered(rule.ref, node, given) if given else ""
                    changed |= answer != node.text
                    node.text = answer
                    if answer != given:
                        self._hidden[node] = given
        return self._layout.graph.by_value.get(rule.ref, ()) if changed else ()

    def _typed(self, path: Ref, value: str) -> str:
        bind, question = self.form.binds.get(path), self._layout.questions.get(path)
        if question is not None and question.itemset is not None:
            return value  # a choice's name is a name in a field of numbers too
        return as_typed(bind.type, value) if bind is not None and value else value

    def _overwrite(self, node: Node, value: str) -> bool:
        """Give a node another value; answers whether it is another one."""
        if self._hidden.get(node, node.text) == value:
            return False
        self._hidden.pop(node, None)
        node.text = value
        return True

    def _act(self, action: Action, nodes: Iterable[Node]) -> None:
        for node in nodes:
            match action.value:
                case None | str():
                    value = action.value or ""
                case expression:
                    value = self._answer(expression, node, action.ref)
            if self._overwrite(node, self._typed(action.ref, value)):
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
        offered: Container[str] = self._layout.plain_names.get(path) or {
            choice.name for choice in self._offered(question.itemset, node, path)
        }
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
            if isnan(wanted):  # emptied, it takes nothing away; never there, it asks nothing
                wanted = 0 if self._beginning else len(here)
            count = int(min(max(wanted, 0), MAX_ENTRIES))
            if len(here) != count:
                woken = self._grow(f"{self._tree.ref(parent)}/{name}", count)
        return woken

    def _grow(self, ref: Ref, count: int) -> tuple[int, ...]:
        """Resize a repeat; answers the rules to work out: those inside and those that read it."""
        path = generic(ref)
        for entry in self._tree.resize(ref, count):
            self._fresh.append((path, entry))
        self._forget_gone()
        return (*self._layout.below[path], *self._layout.graph.by_relevance.get(path, ()))

    def _forget_gone(self) -> None:
        if self._hidden or self._computed:
            alive = self._tree.alive()
            self._hidden = {node: value for node, value in self._hidden.items() if node in alive}
            self._computed = {node: value for node, value in self._computed.items() if node in alive}

    def _fill(self) -> None:
        """Set the first values of fresh entries, and of those that this makes in turn."""
        while self._fresh:
            path, entry = self._fresh.pop(0)
            for action in self.form.actions:
                if "odk-new-repeat" in action.events and action.ref.startswith(f"{path}/"):
                    self._act(action, self._tree.near(action.ref, entry, path))

    # -- speaking and writing ---------------------------------------------------------------------------------------

    def _pieces(self, text: Text) -> Pieces:
        by_language = text.by_language
        return (
            by_language.get(self.language)
            or by_language.get(self.form.default_language)
            or next(iter(by_language.values()), ())
        )

    def _spoken(self, pieces: Pieces, node: Node, ref: Ref) -> str:
        runs = leftward("".join(piece for piece in pieces if isinstance(piece, str)))
        return "".join(
            piece if isinstance(piece, str) else isolated(self._answer(piece, node, ref), runs)
            for piece in pieces
        )

    def _would_be_relevant(self, repeat: Repeat, ref: Ref) -> bool:
        """Whether a first entry of a repeat that has none would be relevant."""
        above = self._tree.node(ref.rpartition("/")[0])
        bind = self.form.binds.get(repeat.ref)
        if bind is None or bind.relevant is None:
            return is_relevant(above)
        entry = self._tree.seed(repeat.ref)
        entry.parent = above
        return is_relevant(above) and self._ruled_at(bind.relevant, entry, ref)

    def _asked(self, question: Question, node: Node) -> Question | None:
        bind = self.form.binds.get(question.ref)
        if bind is not None and "given" in bind.chat:
            return None
        if question.kind is Kind.NOTE or not self._locked(node, question.ref):
            return question
        return self._layout.notes.get(question.ref)


def _hung(name: str, parent: Node) -> Node:
    """A node that knows its parent and is not among its children: where a repeat without entries would be."""
    node = Node(name)
    node.parent = parent
    return node


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
