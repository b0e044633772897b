"""What an expression's value can depend on, told from its syntax tree alone."""

from dialogs.xpath.parsing import Call, Chain, Here, Literal, Negation, Path, Root, Step, Term

Place = tuple[str, ...]
"""The names that lead to a node; below a secondary instance the first is "instance(x)"."""

_ANYWHERE = "**"
_LONGEST = 64
_MOST = 1_000
"""Steps of a place, and places of one path, beyond which it may as well lead anywhere."""


def depends_on(term: Term, at: str) -> frozenset[str]:
    """Return the paths, without indexes, that `term` can depend on when it is evaluated at `at`."""
    here = tuple(step for step in at.split("/") if step)
    found: set[Place] = set()
    _places(term, frozenset({here}), here, found)
    return frozenset(_shown(place) for place in found)


def _shown(place: Place) -> str:
    joined = "/".join(place)
    return joined if place and place[0].startswith("instance(") else f"/{joined}"


def _places(term: Term, context: frozenset[Place], current: Place, found: set[Place]) -> frozenset[Place]:
    """Add to `found` what `term` reads; return the places of the nodes it may be."""
    match term:
        case Negation(operand):
            _places(operand, context, current, found)
        case Chain(first, rest):
            operands = [
                _places(part, context, current, found) for part in (first, *(part for _, part in rest))
            ]
            if rest[0][0] == "|":
                return frozenset().union(*operands)
        case Call():
            return _called(term, context, current, found)
        case Path():
            return _walked(term, context, current, found)
    return frozenset()


def _called(call: Call, context: frozenset[Place], current: Place, found: set[Place]) -> frozenset[Place]:
    read: set[Place] = set()
    reached = [_places(argument, context, current, read) for argument in call.arguments]
    # position(..) asks where a node stands, not what is in it.
    found.update(read.difference(*reached) if call.name == "position" else read)
    match call.name, call.arguments:
        case "current", ():
            found.add(current)
            return frozenset({current})
        case "instance", (Literal(name),):
            return frozenset({(f"instance({name})",)})
        case "instance", _:
            return frozenset({("instance(*)",)})
        case "pulldata", (Literal(name), Literal(column), Literal(key), _):
            found.update({(f"instance({name})", _ANYWHERE, step) for step in (column, key)})
        case "pulldata", _:
            found.add(("instance(*)", _ANYWHERE))
        case "id", _:
            found.add((_ANYWHERE,))
            return frozenset({(_ANYWHERE,)})
        case "string" | "number" | "string-length" | "normalize-space", ():
            found.update(context)
        case "if", _:
            return reached[1] | reached[2]
        case "randomize" | "indexed-repeat", _:
            return reached[0]
    return frozenset()


def _walked(path: Path, context: frozenset[Place], current: Place, found: set[Place]) -> frozenset[Place]:
    match path.start:
        case Root():
            here: frozenset[Place] = frozenset({()})
        case Here():
            here = context
        case _:
            read: set[Place] = set()
            here = _places(path.start, context, current, read)
            # Where steps lead on from the start, only what they reach is read.
            found.update(read - here if path.steps else read)
    for predicate in path.predicates:
        _places(predicate, here, current, found)
    for step in path.steps:
        here = frozenset(place for start in here for place in _stepped(start, step))
        if len(here) > _MOST or any(len(place) > _LONGEST for place in here):
            here = frozenset({(_ANYWHERE,)})
        for predicate in step.predicates:
            _places(predicate, here, current, found)
    found.update(here)
    return here


def _stepped(place: Place, step: Step) -> list[Place]:
    """Return where one step can lead from `place`."""
    name = "*" if step.test.endswith(("*", "()")) else step.test
    match step.axis:
        case "child" if step.test == "text()":
            return [place]
        case "child":
            return [(*place, name)]
        case "self" | "attribute" | "namespace":
            return [place]
        case "parent":
            return [_above(place)]
        case "ancestor" | "ancestor-or-self" if _ANYWHERE in place:
            return [(_ANYWHERE,) if name == "*" else (_ANYWHERE, name)]
        case "ancestor" | "ancestor-or-self":
            least = len(place) if step.axis == "ancestor" else len(place) + 1
            return [place[:length] for length in range(least) if name in {"*", *place[length - 1 : length]}]
        case "following-sibling" | "preceding-sibling":
            return [(*_above(place), name)]
        case "descendant-or-self" if name == "*":
            return [(*place, _ANYWHERE)]
        case "descendant" | "descendant-or-self":
            return [(*place, _ANYWHERE, name)]
    return [(_ANYWHERE, name)]


def _above(place: Place) -> Place:
    return place if place[-1:] == (_ANYWHERE,) else place[:-1]
