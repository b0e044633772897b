"""The tree an expression walks: one Node an element, and what is made on demand above and beside it."""

from collections.abc import Callable, Iterator, Mapping, Sequence

WIDE = 16
"""Children from which on a node remembers them by their names."""


class Node:
    """One element of an instance tree. Mutable and light.

    `text` is what stands directly in the element, `relevant` its own relevance: a node reads as empty as soon
    as it or one of its ancestors is not relevant.
    """

    __slots__ = ("_by_name", "attributes", "children", "name", "parent", "relevant", "text")

    def __init__(self, name: str, text: str = "", *, attributes: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.text = text
        self.attributes: dict[str, str] = dict(attributes) if attributes else {}
        self.parent: Node | None = None
        self.children: list[Node] = []
        self.relevant = True
        self._by_name: dict[str, list[Node]] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path}>"

    def append(self, child: "Node") -> "Node":
        """Put `child` last among the children and return it."""
        self.insert(len(self.children), child)
        return child

    def insert(self, place: int, child: "Node") -> None:
        """Put `child` among the children, before the one that has this place now."""
        child.parent = self
        self.children.insert(place, child)
        self._by_name = None

    def remove(self, child: "Node") -> None:
        """Take `child` from among the children."""
        self.children.remove(child)
        self._by_name = None

    def named(self, name: str) -> Sequence["Node"]:
        """Return the children of one name, in order; however many others there are, this costs no more."""
        if len(self.children) < WIDE:
            return [child for child in self.children if child.name == name]
        if self._by_name is None:
            self._by_name = {}
            for child in self.children:
                self._by_name.setdefault(child.name, []).append(child)
        return self._by_name.get(name, ())

    @property
    def path(self) -> str:
        """Where this node stands: "/data/child[2]/age"; indexed only where siblings share a name."""
        steps = []
        node: Node | None = self
        while node is not None:
            steps.append(_step(node))
            node = node.parent
        return "/" + "/".join(reversed(steps))

    def value(self) -> str:
        """Return its string-value: its own text, then its descendants'; what is not relevant reads as ""."""
        if not is_relevant(self):
            return ""
        return "".join(node.text for node in relevant_below(self)) if self.children else self.text


class Attribute(Node):
    """An attribute read as a node; made on demand."""

    __slots__ = ()

    def __init__(self, owner: Node, name: str) -> None:
        super().__init__(name, owner.attributes[name])
        self.parent = owner


class Text(Node):
    """A text between the children of an element; forms have none."""

    __slots__ = ()

    def __init__(self, text: str) -> None:
        super().__init__("", text)


class OwnText(Text):
    """What stands directly in an element, read as a node (`text()`); made on demand."""

    __slots__ = ()

    def __init__(self, owner: Node) -> None:
        super().__init__(owner.text)
        self.parent = owner


class Remark(Node):
    """A comment, or a processing instruction for its `target`: part of no value around it. Forms have none."""

    __slots__ = ("target",)

    def __init__(self, text: str, target: str = "") -> None:
        super().__init__("", text)
        self.target = target


class Document(Node):
    """What stands above a root element ("/"); made on demand, so the root does not name it as its parent."""

    __slots__ = ()

    def __init__(self, root: Node) -> None:
        super().__init__("")
        self.children.append(root)

    @property
    def path(self) -> str:
        """Return "/"."""
        return "/"


Identity = tuple[str, int, str]


def identity(node: Node) -> Identity:
    """Tell nodes apart, the ones made on demand too: two readings of one attribute are one node."""
    if isinstance(node, Attribute):
        return "@", id(node.parent), node.name
    if isinstance(node, OwnText):
        return "text", id(node.parent), ""
    if isinstance(node, Document):
        return "/", id(node.children[0]), ""
    return "", id(node), ""


def is_relevant(node: Node) -> bool:
    """Say whether `node` and all its ancestors are relevant."""
    above: Node | None = node
    while above is not None:
        if not above.relevant:
            return False
        above = above.parent
    return True


def relevant_below(node: Node) -> Iterator[Node]:
    """Yield `node` and what is relevant below it, in document order."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(
            child for child in reversed(here.children) if child.relevant and not isinstance(child, Remark)
        )


def in_document_order(nodes: list[Node], spend: Callable[[int], None]) -> list[Node]:
    """Return `nodes` once each, as they stand in the document; `spend` is told how much work that takes."""
    unique = list({identity(node): node for node in nodes}.values())
    spend(3 * len(unique))
    if len(unique) < 2:
        return unique
    places = _Places(spend)
    return sorted(unique, key=places.place)


Place = tuple[tuple[int, int], ...]


class _Places:
    """Where nodes stand; the children of a node are counted once."""

    def __init__(self, spend: Callable[[int], None]) -> None:
        self.spend = spend
        self.children: dict[int, dict[int, int]] = {}
        self.attributes: dict[int, dict[str, int]] = {}

    def place(self, node: Node) -> Place:
        """Return the indexes that lead to `node`, the topmost tree's own first; attributes come before children."""
        if isinstance(node, Document):
            return ((-1, id(node.children[0])),)
        indexes: list[tuple[int, int]] = []
        while node.parent is not None:
            indexes.append(self.index(node, node.parent))
            node = node.parent
        indexes.append((0, id(node)))
        return tuple(reversed(indexes))

    def index(self, node: Node, parent: Node) -> tuple[int, int]:
        """Return where `node` stands in its parent: among the attributes, as its text, or among the children."""
        if isinstance(node, OwnText):
            return 1, 0
        key = id(parent)
        if isinstance(node, Attribute):
            if key not in self.attributes:
                self.spend(len(parent.attributes) >> 3)
                self.attributes[key] = {name: index for index, name in enumerate(parent.attributes)}
            return 0, self.attributes[key][node.name]
        if key not in self.children:
            self.spend(len(parent.children) >> 3)
            self.children[key] = {id(child): index for index, child in enumerate(parent.children)}
        return 2, self.children[key].get(id(node), 0)


def _step(node: Node) -> str:
    if isinstance(node, Attribute):
        return f"@{node.name}"
    if isinstance(node, Text):
        return "text()"
    if node.parent is None:
        return node.name
    namesakes = [child for child in node.parent.children if child.name == node.name]
    if len(namesakes) < 2:
        return node.name
    return f"{node.name}[{next(i for i, child in enumerate(namesakes, 1) if child is node)}]"
