"""Functions on the tree: where a node stands, what it is called, the instances, repeats."""

from collections.abc import Callable, Sequence

from dialogs.xpath.closures import Code, Frame, NodeLists, Scope, each_text, relevant_of
from dialogs.xpath.functions.registry import Function, of_node, pure
from dialogs.xpath.tree import Attribute, Document, Node, Remark, relevant_below
from dialogs.xpath.values import NAN


def _position(arguments: Sequence[Code]) -> Code:
    """position(): among the nodes a predicate is tried on; position(..): which instance of a repeat this is."""
    if not arguments:
        return Code("number", lambda frame: float(frame.position))
    nodes = arguments[0].nodes()

    def instance_number(frame: Frame) -> float:
        found = nodes(frame)
        return _number_of(found[0], frame) if found else NAN

    return Code("number", instance_number, True)


def _number_of(node: Node, frame: Frame) -> float:
    number = 0.0
    if node.parent is None:
        return 1.0
    for sibling in node.parent.children:
        number += sibling.name == node.name
        if sibling is node:
            break
    frame.scope.budget.spend(len(node.parent.children) >> 4)
    return number


def _instance(arguments: Sequence[Code]) -> Code:
    """instance('x'): what stands above a secondary instance's root, so that `instance('x')/root/item` leads in."""
    name = arguments[0].texts()

    def nodes(frame: Frame) -> list[Node]:
        found = frame.scope.instances.get(name(frame))
        return [] if found is None else [_around(found)]

    return Code("nodes", nodes, True)


def _around(node: Node) -> Node:
    if node.name == "instance":
        return node
    return node.parent or Document(node)


def below_root(scope: Scope, name: str) -> list[Node]:
    """Return the rows of a secondary instance: what is in its root element."""
    found = scope.instances.get(name)
    if found is None:
        return []
    roots = _around(found).children
    return roots[0].children if roots else []


def _indexed_repeat(arguments: Sequence[Code]) -> Code:
    """indexed-repeat(node, repeat, index, …): the node in the given instance of each repeat around it.

    The repeats may be given in any order; the one around the others counts first.
    """
    target = arguments[0].nodes()
    levels: list[tuple[NodeLists, Callable[[Frame], float]]] = [
        (repeat.nodes(), index.numbers())
        for repeat, index in zip(arguments[1::2], arguments[2::2], strict=True)
    ]

    def nodes(frame: Frame) -> list[Node]:
        repeats = [(repeat(frame), index(frame)) for repeat, index in levels]
        around: Node | None = None
        for instances, number in sorted(repeats, key=lambda each: _depth(each[0])):
            inside = [node for node in instances if around is None or _is_in(node, around)]
            frame.scope.budget.spend(len(instances))
            if not 1 <= number <= len(inside):
                return []
            around = inside[int(number) - 1]
        return [node for node in target(frame) if around is not None and _is_in(node, around)]

    return Code("nodes", nodes, True)


def _depth(nodes: list[Node]) -> int:
    """Return how far below the root the first of `nodes` is."""
    depth = 0
    above = nodes[0].parent if nodes else None
    while above is not None:
        depth += 1
        above = above.parent
    return depth


def _is_in(node: Node, around: Node) -> bool:
    above: Node | None = node
    while above is not None:
        if above is around:
            return True
        above = above.parent
    return False


def _named(name: Callable[[Node], str]) -> Function:
    """Describe a function that names the first of its nodes."""

    def build(argument: Code) -> Code:
        nodes = argument.nodes()

        def first(frame: Frame) -> str:
            found = nodes(frame)
            return name(found[0]) if found else ""

        return Code("string", first, True)

    return of_node("string", build)


def _name(node: Node) -> str:
    return node.target if isinstance(node, Remark) else node.name


def _namespace(node: Node) -> str:
    """Return the address a node's prefix is declared to stand for, by the xmlns attributes around it."""
    prefix, colon, _ = node.name.rpartition(":")
    if not node.name or (isinstance(node, Attribute) and not colon):
        return ""
    declaration = f"xmlns:{prefix}" if colon else "xmlns"
    above: Node | None = node
    while above is not None:
        if declaration in above.attributes:
            return above.attributes[declaration]
        above = above.parent
    return ""


def _by_id(arguments: Sequence[Code]) -> Code:
    """id(texts): the elements of the primary instance whose attribute `id` is one of the words given."""
    texts = each_text(arguments[0])

    def nodes(frame: Frame) -> list[Node]:
        wanted = {word for text in texts(frame) for word in text.split()}
        found = []
        for node in relevant_below(frame.scope.root):
            frame.scope.budget.spend(1)
            if node.attributes.get("id") in wanted:
                found.append(node)
        return found

    return Code("nodes", nodes, True)


def _language(arguments: Sequence[Code]) -> Code:
    """lang(x): whether the context node is written in the language x, by the nearest xml:lang."""
    wanted = arguments[0].texts()

    def written_in(frame: Frame) -> bool:
        above: Node | None = frame.node
        while above is not None and "xml:lang" not in above.attributes:
            above = above.parent
        language = above.attributes["xml:lang"].lower() if above is not None else ""
        asked = wanted(frame).lower()
        return language == asked or language.startswith(f"{asked}-")

    return Code("boolean", written_in)


def _current(_: Sequence[Code]) -> Code:
    return Code("nodes", lambda frame: relevant_of([frame.scope.node]), True)


def _last(_: Sequence[Code]) -> Code:
    return Code("number", lambda frame: float(frame.size))


def _version(_: Sequence[Code]) -> Code:
    return Code("string", lambda frame: frame.scope.root.attributes.get("version", ""), True)


FUNCTIONS = {
    "position": Function(0, 1, _position),
    "last": Function(0, 0, _last),
    "current": Function(0, 0, _current),
    "instance": Function(1, 1, _instance),
    "indexed-repeat": Function(3, 11, _indexed_repeat, counts=(3, 5, 7, 9, 11)),
    "name": _named(_name),
    "local-name": _named(lambda node: _name(node).rpartition(":")[2]),
    "namespace-uri": _named(_namespace),
    "id": Function(1, 1, _by_id),
    "lang": Function(1, 1, _language),
    "version": Function(0, 0, _version),
    "property": pure("string", lambda _: "", "S"),
}
