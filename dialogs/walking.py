"""Everything that can be asked now, in form order."""

from collections.abc import Callable
from typing import NamedTuple

from dialogs.form import Group, Part, Question, Ref, Repeat
from dialogs.tree import MAX_ENTRIES, Tree
from dialogs.xpath import Node


class Step(NamedTuple):
    """Something that can be asked: a question, or of a repeat whether another entry is wanted.

    `groups` are those around it, the outermost first; `entries` the repeat entries it lies in, by their refs.
    A question that may only be read comes as a NOTE. The ref of a repeat's step has no index of its own: give it
    to `Instance.add`.
    """

    ref: Ref
    part: Question | Repeat
    groups: tuple[Group, ...] = ()
    entries: tuple[tuple[Repeat, Ref], ...] = ()


Around = tuple[tuple[Group, ...], tuple[tuple[Repeat, Ref], ...]]
"""The groups and the repeat entries around a place, the outermost first."""


Asked = Callable[[Question, Node], Question | None]
"""What of a question is put to people, if anything."""

First = Callable[[Repeat, Ref], bool]
"""Whether a repeat that has no entry may have one."""


def walk(body: tuple[Part, ...], tree: Tree, asked: Asked, first: First) -> list[Step]:
    """Everything that is relevant, in form order."""
    walker = _Walker(tree, asked, first)
    walker.walk(body, tree.root, f"/{tree.root.name}", "", ((), ()))
    return walker.steps


class _Walker:
    def __init__(self, tree: Tree, asked: Asked, first: First) -> None:
        self.tree = tree
        self.asked = asked
        self.first = first
        self.steps: list[Step] = []

    def walk(self, parts: tuple[Part, ...], node: Node, path: Ref, ref: Ref, around: Around) -> None:
        """`node` at generic `path` is where these parts hang; `ref` is its indexed ref, "" where both are equal."""
        groups, entries = around
        for part in parts:
            tail = part.ref[len(path) :]
            at = f"{ref}{tail}" if ref else part.ref
            if isinstance(part, Repeat):
                self.repeat(part, node, at, around)
                continue
            here = _below(node, tail) if ref else next(iter(self.tree.nodes.get(part.ref, ())), None)
            if here is None or not _relevant_between(here, node):
                continue
            if isinstance(part, Group):
                self.walk(part.parts, here, part.ref, at if ref else "", ((*groups, part), entries))
            elif (asked := self.asked(part, here)) is not None:
                self.steps.append(Step(at, asked, groups, entries))

    def repeat(self, repeat: Repeat, node: Node, ref: Ref, around: Around) -> None:
        groups, entries = around
        found = self.tree.entries(ref)
        for number, entry in enumerate(found, 1):
            if entry.relevant:
                at = f"{ref}[{number}]"
                self.walk(repeat.parts, entry, repeat.ref, at, (groups, (*entries, (repeat, at))))
        more = repeat.count is None and not repeat.fixed and len(found) < MAX_ENTRIES
        if more and (all(entry.relevant for entry in found) if found else self.first(repeat, ref)):
            self.steps.append(Step(ref, repeat, groups, entries))


def _below(node: Node, tail: str) -> Node | None:
    found: Node | None = node
    for step in tail.split("/")[1:]:
        found = next((child for child in found.children if child.name == step), None) if found else None
    return found


def _relevant_between(node: Node, top: Node) -> bool:
    """Whether a node and those above it, up to a relevant one, are relevant."""
    above: Node | None = node
    while above is not None and above is not top:
        if not above.relevant:
            return False
        above = above.parent
    return True
