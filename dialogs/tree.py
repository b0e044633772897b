"""The tree of one session's answers: its nodes by path, and the entries of its repeats that come and go."""

import re
from collections.abc import Sequence

from dialogs.form import Ref
from dialogs.layout import Layout, cast
from dialogs.xpath import Node

MAX_ENTRIES = 200
"""Entries of one repeat in one session."""

_INDEX = re.compile(r"\[(\d+)\]")


class Tree:
    """Nodes and how they are found: `nodes` lists them by generic path, in document order.

    Refs carry the index of each repeat entry, a missing one means the first; unknown refs raise KeyError.
    """

    __slots__ = ("_layout", "nodes", "root")

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.nodes: dict[Ref, list[Node]] = {}
        self.root = cast(layout.model, self.nodes)

    def node(self, ref: Ref) -> Node:
        """The node at a ref."""
        if "[" not in ref:
            found = self.nodes.get(ref)
            if not found:
                raise KeyError(ref)
            return found[0]
        node = self.root
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

    def ref(self, node: Node) -> Ref:
        """The ref of a node, with the index of each entry it lies in."""
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

    def near(self, target: Ref, node: Node, path: Ref) -> Sequence[Node]:
        """The nodes at a generic path, in the entries that `node` lies in."""
        while not target.startswith(f"{path}/") and node.parent is not None:
            node, path = node.parent, path.rpartition("/")[0]
        found = [node]
        for step in target[len(path) :].strip("/").split("/"):
            found = [child for each in found for child in each.children if child.name == step]
        return found

    def entries(self, ref: Ref) -> list[Node]:
        """The entries of a repeat; the last step of `ref` has no index."""
        above, _, name = ref.rpartition("/")
        return [child for child in self.node(above).children if child.name == name]

    def alive(self) -> set[Node]:
        """Every node that is still in the tree."""
        return {node for nodes in self.nodes.values() for node in nodes}

    def remove(self, ref: Ref) -> None:
        """Take one entry of a repeat away; those after it move up."""
        entry = self.node(ref)
        if entry.parent is not None:
            entry.parent.remove(entry)
        self._reindex()

    def seed(self, path: Ref, number: int = 0) -> Node:
        """A fresh entry of the repeat at a generic path, not yet in the tree.

        Where a count rules how many there are, the first ones are as the form wrote them.
        """
        written = self._layout.written.get(path, ())
        mould = written[number - 1] if 0 < number <= len(written) else self._layout.templates[path]
        return cast(mould, {})

    def resize(self, ref: Ref, count: int) -> list[Node]:
        """Make a repeat have so many entries; answers the fresh ones."""
        path = generic(ref)
        entries = self.entries(ref)
        parent = self.node(ref.rpartition("/")[0])
        for entry in entries[count:]:
            parent.remove(entry)
        kept = entries[:count]
        fresh = [self.seed(path, number) for number in range(len(entries) + 1, count + 1)]
        place = self._place(parent, path, kept)
        for number, entry in enumerate(fresh):
            parent.insert(place + number, entry)
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

    def _reindex(self) -> None:
        self.nodes.clear()

        def note(node: Node, path: Ref) -> None:
            self.nodes.setdefault(path, []).append(node)
            for child in node.children:
                note(child, f"{path}/{child.name}")

        note(self.root, f"/{self.root.name}")

    def counts(self) -> dict[Ref, int]:
        """How many entries each repeat has, where that is not what the form itself begins with."""
        counts: dict[Ref, int] = {}
        for path in self._layout.repeats:
            above, _, name = path.rpartition("/")
            for parent in self.nodes.get(above, ()):
                count = sum(1 for child in parent.children if child.name == name)
                if count != self._layout.counts.get(path):  # inside other repeats there is no usual count
                    counts[f"{self.ref(parent)}/{name}"] = count
        return counts


def generic(ref: Ref) -> Ref:
    """A ref without indexes."""
    return _INDEX.sub("", ref) if "[" in ref else ref
