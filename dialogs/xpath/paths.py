"""Paths: closures that walk the tree, each axis in its own order, the child steps of every day the short way."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, takewhile

from dialogs.xpath.closures import Code, Frame, NodeLists
from dialogs.xpath.parsing import EVERYWHERE, Step, Term
from dialogs.xpath.tree import (
    Attribute,
    Document,
    Node,
    OwnText,
    Remark,
    Text,
    in_document_order,
    is_relevant,
)

Axis = Callable[[Node, bool], Iterator[Node]]
"""From a node to what lies along an axis; asked whether texts count as nodes too."""

Filter = Callable[[list[Node], Frame], list[Node]]
Walk = Callable[[Node, Frame], list[Node]]

BACKWARDS = frozenset({"ancestor", "ancestor-or-self", "preceding", "preceding-sibling"})
SIDEWAYS = frozenset({"following", "following-sibling", "preceding", "preceding-sibling"})


def parent_of(node: Node) -> Node | None:
    """Return what stands above `node`; above a root element there is its document."""
    if node.parent is not None or isinstance(node, Document):
        return node.parent
    return Document(node)


def _children(node: Node, texts: bool) -> Iterator[Node]:
    if texts and node.text and type(node) is Node:
        yield OwnText(node)
    yield from node.children


def _ancestors(node: Node, _: bool) -> Iterator[Node]:
    above = parent_of(node)
    while above is not None:
        yield above
        above = parent_of(above)


def _descendants(node: Node, texts: bool) -> Iterator[Node]:
    waiting = [*_children(node, texts)][::-1]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend([*_children(here, texts)][::-1])


def _siblings(node: Node) -> tuple[list[Node], int]:
    """Return the children of a node's parent and how many of them end with the node itself."""
    if node.parent is None or isinstance(node, Attribute):
        return [], 0
    siblings = node.parent.children
    if isinstance(node, OwnText):
        return siblings, 0
    return siblings, next(index for index, child in enumerate(siblings, 1) if child is node)


def _search(node: Node) -> int:
    """Return the steps it takes to find `node`, and what it is in, among their siblings."""
    steps = 0
    while node.parent is not None:
        steps += len(node.parent.children) >> 4
        node = node.parent
    return steps


def _following_siblings(node: Node, _: bool) -> Iterator[Node]:
    siblings, number = _siblings(node)
    return islice(siblings, number, None)


def _preceding_siblings(node: Node, texts: bool) -> Iterator[Node]:
    siblings, number = _siblings(node)
    yield from siblings[: max(number - 1, 0)][::-1]
    if number and texts and node.parent is not None and node.parent.text:
        yield OwnText(node.parent)


def _following(node: Node, texts: bool) -> Iterator[Node]:
    here: Node | None = node
    if isinstance(node, Attribute) and node.parent is not None:
        here = node.parent
        yield from _descendants(here, texts)
    while here is not None:
        for sibling in _following_siblings(here, texts):
            yield sibling
            yield from _descendants(sibling, texts)
        here = here.parent


def _preceding(node: Node, texts: bool) -> Iterator[Node]:
    here = node.parent if isinstance(node, Attribute) else node
    while here is not None:
        for sibling in _preceding_siblings(here, texts):
            yield from [sibling, *_descendants(sibling, texts)][::-1]
        here = here.parent


def _with_self(axis: Axis) -> Axis:
    def walk(node: Node, texts: bool) -> Iterator[Node]:
        yield node
        yield from axis(node, texts)

    return walk


def _attributes(node: Node, _: bool) -> Iterator[Node]:
    """Declarations of namespaces are no attributes (XPath 1.0, 5.3)."""
    return (
        Attribute(node, name) for name in node.attributes if name != "xmlns" and not name.startswith("xmlns:")
    )


def _parent(node: Node, _: bool) -> Iterator[Node]:
    above = parent_of(node)
    return iter(() if above is None else (above,))


_AXES: dict[str, Axis] = {
    "ancestor": _ancestors,
    "ancestor-or-self": _with_self(_ancestors),
    "attribute": _attributes,
    "child": _children,
    "descendant": _descendants,
    "descendant-or-self": _with_self(_descendants),
    "following": _following,
    "following-sibling": _following_siblings,
    "namespace": lambda node, texts: iter(()),
    "parent": _parent,
    "preceding": _preceding,
    "preceding-sibling": _preceding_siblings,
    "self": lambda node, texts: iter((node,)),
}


def _passes(test: str, axis: str) -> Callable[[Node], bool] | None:
    """Return what a node test asks of a node; None where every node passes. A name is an element's or attribute's."""
    principal = Attribute if axis == "attribute" else Node
    match test:
        case "node()":
            return None
        case "text()":
            return lambda node: isinstance(node, Text)
        case "comment()":
            return lambda node: isinstance(node, Remark) and not node.target
        case "processing-instruction()":
            return lambda node: isinstance(node, Remark) and bool(node.target)
        case "*":
            return lambda node: type(node) is principal
    if test.endswith(":*"):
        prefix = test[:-1]
        return lambda node: node.name.startswith(prefix) and type(node) is principal
    return lambda node: node.name == test and type(node) is principal


def _walk(step: Step, filters: tuple[Filter, ...]) -> Walk:
    """Return a closure that takes one step from one node, in the axis's order."""
    axis = _AXES[step.axis]
    passes = _passes(step.test, step.axis)
    texts = step.test in {"node()", "text()"}
    sideways = step.axis in SIDEWAYS

    def walk(node: Node, frame: Frame) -> list[Node]:
        found = []
        left = frame.scope.budget.steps
        if sideways:
            left -= _search(node)
        for reached in axis(node, texts):
            left -= 1
            if left < 0:
                break
            if passes is None or passes(reached):
                found.append(reached)
        budget = frame.scope.budget
        budget.spend(budget.steps - left + 1)
        for kept in filters:
            found = kept(found, frame)
        return found

    return walk


def _child_walk(name: str, filters: tuple[Filter, ...]) -> Walk:
    """Return a closure that takes the commonest step, to the children of one name."""

    def walk(node: Node, frame: Frame) -> list[Node]:
        found = list(node.named(name))
        frame.scope.budget.spend(1 + len(found))
        for kept in filters:
            found = kept(found, frame)
        return found

    return walk


def predicate(code: Code) -> Filter:
    """Return a closure that keeps the nodes for which a predicate holds: a number is a position."""
    run = code.run
    weight = (1 + code.size) // 2
    if isinstance(code.constant, float):
        place = code.constant

        def pick(nodes: list[Node], frame: Frame) -> list[Node]:
            return [nodes[int(place) - 1]] if 1 <= place <= len(nodes) and place == int(place) else []

        return pick
    holds = code.booleans()
    by_position = code.kind in {"number", "any"}

    def keep(nodes: list[Node], frame: Frame) -> list[Node]:
        inner = Frame(frame.scope, frame.node, len(nodes), frame.memory)
        budget = frame.scope.budget
        kept = []
        for position, node in enumerate(nodes, 1):
            budget.spend(weight)
            inner.node = node
            inner.position = position
            if by_position:
                value = run(inner)
                if value == position if isinstance(value, float) else bool(value):
                    kept.append(node)
            elif holds(inner):
                kept.append(node)
        return kept

    return keep


def named_children(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Return the names of the child steps a path begins with, up to the first step of another kind."""
    return tuple(
        step.test
        for step in takewhile(
            lambda step: step.axis == "child" and _is_name(step.test) and not step.predicates, steps
        )
    )


def plain(steps: tuple[Step, ...]) -> tuple[int, tuple[str, ...]] | None:
    """Return how far up and by which names down a path leads, where it is nothing more: "../../group/age"."""
    moving = [step for step in steps if step != _SELF]
    up = next((index for index, step in enumerate(moving) if step != _PARENT), len(moving))
    names = named_children(tuple(moving[up:]))
    return (up, names) if up + len(names) == len(moving) else None


_SELF = Step("self", "node()")
_PARENT = Step("parent", "node()")


def _is_name(test: str) -> bool:
    return not test.endswith(("*", "()"))


def _descend(node: Node, names: Sequence[str], frame: Frame, hidden: bool) -> list[Node]:
    """Go down by `names`; what is not relevant is passed by on the way, unless what is `hidden` is sought too."""
    found = [node]
    seen = 1
    for name in names:
        found = [child for here in found for child in here.named(name) if hidden or child.relevant]
        seen += len(found)
    frame.scope.budget.spend(seen)
    return found


def from_root(names: tuple[str, ...], *, near: int, hidden: bool = False) -> NodeLists:
    """Return a closure for "/data/group/age".

    Inside a repeat an absolute path through it means its own instance, as in JavaRosa; `near` tells how many
    steps heed that.
    """
    first, rest = names[0], names[1:]

    def nodes(frame: Frame) -> list[Node]:
        root = frame.scope.root
        if root.name != first or not (hidden or root.relevant):
            return []
        here = [root]
        seen = 1
        for step, name in enumerate(rest, 1):
            here = [child for node in here for child in node.named(name) if hidden or child.relevant]
            if not here:
                break
            seen += len(here)
            if step < near and len(here) > 1:
                here = _nearest(here, frame.scope.node)
        frame.scope.budget.spend(seen)
        return here

    return nodes


def _nearest(nodes: list[Node], to: Node) -> list[Node]:
    """Return the one of `nodes` that `to` is in, else all."""
    around = set()
    above: Node | None = to
    while above is not None:
        around.add(id(above))
        above = above.parent
    return [node for node in nodes if id(node) in around] or nodes


def from_node(
    origin: Callable[[Frame], Node], up: int, names: tuple[str, ...], *, hidden: bool = False
) -> NodeLists:
    """Return a closure for "../../group/age", "age", "." and the same from current()."""
    if not up and len(names) == 1:
        return _child_of(origin, names[0], hidden=hidden)

    def nodes(frame: Frame) -> list[Node]:
        node = origin(frame)
        for _ in range(up):
            above = parent_of(node)
            if above is None:
                return []
            node = above
        if not (hidden or is_relevant(node)):
            return []
        return _descend(node, names, frame, hidden) if names else [node]

    return nodes


def _child_of(origin: Callable[[Frame], Node], name: str, *, hidden: bool) -> NodeLists:
    """Return a closure for "name", which predicates on long lists ask of every row."""

    def nodes(frame: Frame) -> list[Node]:
        node = origin(frame)
        found = [child for child in node.named(name) if hidden or child.relevant]
        frame.scope.budget.spend(len(found))
        return found if found and (hidden or is_relevant(node)) else []

    return nodes


def path(
    start: NodeLists, own: Sequence[Filter], steps: tuple[Step, ...], filters: Sequence[tuple[Filter, ...]]
) -> NodeLists:
    """Return a closure that keeps of `start` what passes its `own` predicates and walks `steps` from there.

    `filters` are each step's compiled predicates. What is not relevant is still among the nodes, so that
    positions count every instance of a repeat (as in JavaRosa).
    """
    walks: list[tuple[Walk, bool, bool]] = []
    nested = False
    for step, tests in zip(steps, filters, strict=True):
        simple = step.axis == "child" and _is_name(step.test)
        walk = _child_walk(step.test, tests) if simple else _walk(step, tests)
        nested = nested or step.axis not in {"child", "self", "attribute"}
        walks.append((walk, step.axis in BACKWARDS, nested))

    def nodes(frame: Frame) -> list[Node]:
        here = start(frame)
        for kept in own:
            here = kept(here, frame)
        for walk, backwards, mixed in walks:
            if len(here) == 1:
                here = walk(here[0], frame)
                if backwards:
                    here.reverse()
            elif here:
                here = [found for node in here for found in walk(node, frame)]
                if mixed:
                    here = in_document_order(here, frame.scope.budget.spend)
            else:
                return []
        return here

    return nodes


def shortened(steps: tuple[Step, ...], counts: Callable[[Term], bool]) -> tuple[Step, ...]:
    """Join `//` with the child step after it: one walk instead of many.

    Not where a predicate `counts` positions: "//child[1]" is every first child, not the first of all.
    """
    joined: list[Step] = []
    for step in steps:
        one_walk = step.axis == "child" and not any(counts(term) for term in step.predicates)
        if one_walk and joined and joined[-1] == EVERYWHERE:
            joined[-1] = Step("descendant", step.test, step.predicates)
        else:
            joined.append(step)
    return tuple(joined)
