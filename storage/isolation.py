"""Whose rows a statement is about: default deny, looked at once, when it is prepared (assurance S20).

A statement that reads, changes or drops rows of somebody's says whose: it holds a column that tells so, of every such
table it names, to one value. What is rightly about everybody's rows says why, with a reason of HOUSE. Anything else
raises `Unbounded` before it ever runs; a table that nobody sorted does too.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.sql import operators, visitors

S = TypeVar("S", bound=Any)

WHOSE: Mapping[str, tuple[str, ...]] = {
    "testimonies": ("partner", "respondent"),
    "associations": ("partner",),
    "invitations": ("partner",),
    "moderators": ("partner", "address"),
    "forms": ("partner", "name"),
    "attachments": ("form",),
    "uploads": ("moderator",),
    "respondents": ("id", "address"),
    "sessions": ("respondent",),
    "media": ("respondent",),
    "consents": ("testimony",),
    "permissions": ("testimony",),
    "publications": ("testimony",),
    "pictures": ("testimony",),
    "decisions": ("testimony", "moderator"),
    "renditions": ("testimony",),
    "redactions": ("testimony",),
    "looks": ("partner", "testimony"),
    "frames": ("partner",),
    "codings": ("partner", "testimony"),
    "codes": ("testimony",),
    "filters": ("address",),
    "cases": ("testimony",),
    "case_steps": ("testimony",),
    "guidance": ("partner",),
    "rooms": ("partner", "address"),
    "posts": ("room",),
    "responses": ("partner", "moderator"),
    "campaigns": ("partner", "moderator"),
    "rhythms": ("respondent",),
    "checkins": ("respondent", "partner"),
    "exports": ("partner",),
    "offers": ("partner", "respondent", "testimony"),
    "shown": ("publication",),
    "shown_themes": ("publication",),
    "shown_translations": ("publication",),
    "targets": ("partner", "id"),
    "forwards": ("target", "testimony"),
}
"""The columns that tell whose a row is. What hangs on a testimony is found by it, and that by its partner or respondent
alone; a decision by who made it too; a form by its name, which one partner has.
"""

NOBODYS: Mapping[str, str] = {
    "partners": "who there is",
    "regions": "groups of countries",
    "addresses": "chats, found by a keyed hash",
    "contents": "found by their hash",
    "inbox": "what came, sealed, in the order of a person",
    "outbox": "what goes, sealed, in the order of a chat",
    "pauses": "chats that wait",
    "copies": "numbers of messages in a chat",
    "data_keys": "wrapped keys",
    "tombstones": "keyed hashes",
    "journal": "wordless",
    "marks": "small facts of the machine",
    "leases": "processes",
}
"""Tables of no organisation, and what is in them."""

HOUSE: Mapping[str, str] = {
    "retention": "rows go by their age, whoever's they are (S41)",
    "breach": "an operator learns whom a breach concerns: ids and no word (S46)",
    "restore": "whoever left leaves again, and what was taken back is taken back again (S31, S40)",
    "time": "the bot itself does what is due: wakes a session, fetches a recording, looks at a room, asks again",
    "form": "a form ends for everybody who answers it (R22)",
    "row": "one row of which whoever asks holds the id, which was found by its owner before",
    "lane": "an operator learns that a sensitive case waits for nobody: codes and no word (S34)",
    "link": "whoever has a link or its code may follow it (S24)",
    "count": "whoever watches over the machine learns how many wait: one number of everybody's (S27)",
    "public": "what is before everybody, while a permission allows it (S31)",
}
"""Why a statement may be about everybody's rows: the whole list."""

_OPTION = "house"


class Unbounded(Exception):
    """A statement does not say whose rows it is about."""


def house(statement: S, reason: str) -> S:
    """This statement is rightly about everybody's rows, for a reason of HOUSE (KeyError for another)."""
    bounded: S = statement.execution_options(**{_OPTION: HOUSE[reason]})
    return bounded


def check(statement: sa.Executable) -> None:
    """Unbounded where it reads, changes or drops rows without saying whose. A statement that only adds may."""
    if statement.get_execution_options().get(_OPTION) in HOUSE.values():
        return
    if isinstance(statement, sa.TextClause):
        if WHOSE.keys() & set(re.findall(r"\w+", statement.text.lower())):
            raise Unbounded(f"words of SQL do not say whose rows they are about: {statement}")
        return
    outside = _origins(statement)
    for scope in visitors.iterate(statement):  # type: ignore[arg-type]  # every statement of ours can be walked
        if isinstance(scope, sa.Select | sa.Update | sa.Delete):
            _check(scope, statement, set() if scope is statement else outside)


def _check(scope: Any, statement: sa.Executable, outside: set[Any]) -> None:
    """One SELECT, UPDATE or DELETE; `outside`: what the statement around it is about, which is looked at there."""
    origins = _origins(scope)
    own = origins - (set(getattr(scope, "_correlate", None) or ()) | outside) or origins
    bound = _bound(own, [pair for each in _conditions(scope) for pair in _equated(each)])
    for origin in own - bound:
        name = _table(origin).name
        if name in WHOSE:
            columns = " or ".join(WHOSE[name])
            raise Unbounded(f"a statement about {name} does not say whose, by {columns}: {statement}")
        if name not in NOBODYS:
            raise Unbounded(f"whose are the rows of {name}? Say so in storage/isolation.py")


def _origins(scope: Any) -> set[Any]:
    """The tables a statement takes rows of, under the names it gives them."""
    if isinstance(scope, sa.Select):
        return {each for origin in scope.get_final_froms() for each in _joined(origin)}
    return {scope.table} if isinstance(scope, sa.Update | sa.Delete) else set()


def _joined(origin: Any) -> Iterator[Any]:
    if isinstance(origin, sa.Join):
        yield from _joined(origin.left)
        yield from _joined(origin.right)
    elif isinstance(_table(origin), sa.Table):  # a subquery is looked at by itself
        yield origin


def _table(origin: Any) -> Any:
    """The table behind an alias."""
    return origin.element if isinstance(origin, sa.Alias) else origin


def _conditions(scope: Any) -> Iterator[Any]:
    """All that must hold of every row; one half of an OR holds of none."""
    if scope.whereclause is not None:
        yield from _all_of(scope.whereclause)
    if isinstance(scope, sa.Select):
        for origin in scope.get_final_froms():
            for each in visitors.iterate(origin):
                if isinstance(each, sa.Join) and each.onclause is not None:
                    yield from _all_of(each.onclause)


def _all_of(condition: Any) -> Iterator[Any]:
    if isinstance(condition, sa.BooleanClauseList) and condition.operator is operators.and_:
        for each in condition.clauses:
            yield from _all_of(each)
    else:
        yield condition


def _equated(condition: Any) -> Iterator[tuple[sa.Column[Any], Any]]:
    """A column, and to what it is held."""
    if isinstance(condition, sa.sql.functions.GenericFunction) and condition.name == "among":
        sides = list(condition.clauses)
    elif isinstance(condition, sa.BinaryExpression) and condition.operator in (operators.eq, operators.in_op):
        sides = [condition.left, condition.right]
    else:
        return
    for one, other in (sides, reversed(sides)):
        if isinstance(one, sa.Column):
            yield one, other


def _bound(own: set[Any], held: list[tuple[sa.Column[Any], Any]]) -> set[Any]:
    """Those tables whose rows are somebody's in particular: held to a value, or to a row that is."""
    bound: set[Any] = set()
    while more := {
        column.table
        for column, to in held
        if column.table in own - bound and _tells(column) and _fixed(to, own, bound)
    }:
        bound |= more
    return bound


def _tells(column: sa.Column[Any]) -> bool:
    """Whether it tells whose a row is; of nobody's rows any column does."""
    name = _table(column.table).name
    return name in NOBODYS or column.name in WHOSE.get(name, ())


def _fixed(to: Any, own: set[Any], bound: set[Any]) -> bool:
    if isinstance(to, sa.Column):
        return to.table in bound or to.table not in own
    if isinstance(to, sa.Select | sa.ScalarSelect | sa.sql.selectable.SelectBase):
        chosen = getattr(to, "element", to)
        return any(_table(each).name in WHOSE for each in _origins(chosen))  # and is looked at by itself
    return True
