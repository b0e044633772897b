"""Everything the rows hold about one person, table by table: what /mydata hands out (S39).

A table says here how the rows about her are found, or why none of its rows is about anybody; a test holds both lists to
the schema. Of a row that is found every column is told, sealed ones opened, but for those kept back by name.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.inventory import held
from storage.rows import Rows, among, this
from storage.sealing import HOUSE, SealFault
from storage.tables import (
    addresses,
    campaigns,
    case_steps,
    cases,
    checkins,
    codes,
    codings,
    consents,
    copies,
    data_keys,
    decisions,
    filters,
    forwards,
    inbox,
    journal,
    looks,
    marks,
    media,
    metadata,
    moderators,
    offers,
    outbox,
    pauses,
    permissions,
    pictures,
    publications,
    redactions,
    renditions,
    respondents,
    responses,
    rhythms,
    sessions,
    shown,
    shown_themes,
    shown_translations,
    testimonies,
    tombstones,
    uploads,
)

MOST = 10_000
"""Rows of one table that are told at most."""

DAMAGED = "damaged: it cannot be opened"
"""What stands for a sealed value that does not open."""

NOBODYS: Mapping[str, str] = {
    "partners": "organisations",
    "associations": "organisations",
    "regions": "groups of countries",
    "invitations": "codes for whoever is given one; who used which stands in the journal",
    "forms": "what authors ask everybody",
    "frames": "themes",
    "contents": "what authors show everybody",
    "attachments": "what authors show everybody",
    "leases": "processes",
    "exports": "that partners took something out, and nothing of anyone",
    "guidance": "what partners keep for everybody",
    "rooms": "groups of moderators",
    "posts": "how many voices wait, as told in a group",
    "targets": "organisations’ servers",
}
"""Tables in which nothing is about a person, and what they are about."""

_PUBLIC = "left out: the photo itself is sent beside this file"
_READER = "kept back: it names who reads for the partner"


def _hers(row: Mapping[str, Any], her: str) -> str:
    return her


def _house(row: Mapping[str, Any], her: str) -> str:
    return HOUSE


def _about(row: Mapping[str, Any], her: str) -> str:
    return row["about"] or HOUSE


def _to_her(row: Mapping[str, Any], mine: Collection[str]) -> bool:
    """Whether it is said to her, and not about her to a reader."""
    return row["address"] in mine


def _by_her(row: Mapping[str, Any], mine: Collection[str]) -> bool:
    return row["actor"] in mine


def _to_hers(row: Mapping[str, Any], mine: Collection[str]) -> bool:
    """Whether it was done to what is hers: what she did as a reader was done to others' words."""
    as_reader = row["actor"].startswith("moderator:")
    return row["object"] in mine or not as_reader


@dataclass(frozen=True, slots=True)
class Rule:
    """How the rows about her are found in one table (by any of `where`), and how their columns are told.

    `key`: the column that stands for the row in its sealed values; `scope`: by whose key they open; `texts`: those that
    are no JSON. `hashes`: columns that are keyed hashes. `back`: columns whose values nobody is told, and why.
    `own`: columns that are told only of rows of which this is so, given all her own ids.
    """

    where: tuple[sa.ColumnElement[bool], ...]
    key: str = "id"
    scope: Callable[[Mapping[str, Any], str], str] = _hers
    texts: frozenset[str] = frozenset()
    hashes: frozenset[str] = frozenset()
    back: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, Callable[[Mapping[str, Any], Collection[str]], bool]] = field(default_factory=dict)


def _named(column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
    return column == sa.bindparam(name)


_TOLD = sa.select(testimonies.c.id).where(_named(testimonies.c.respondent, "her"))
_PUBLISHED = sa.select(publications.c.id).where(publications.c.testimony.in_(_TOLD))
_ROLES = sa.select(moderators.c.id).where(_named(moderators.c.address, "address"))

HERS: Mapping[str, Rule] = {
    "respondents": Rule((_named(respondents.c.id, "her"),)),
    "addresses": Rule((_named(addresses.c.id, "address"),), scope=_house, hashes=frozenset({"person"})),
    "moderators": Rule(
        (_named(moderators.c.address, "address"),),
        scope=_house,
        texts=frozenset({"label"}),
        back={"waiting": "kept back: it may name what others told"},
    ),
    "filters": Rule((_named(filters.c.address, "address"),)),
    "campaigns": Rule((campaigns.c.moderator.in_(_ROLES),), scope=_house, back={"approved_by": _READER}),
    "rhythms": Rule((_named(rhythms.c.respondent, "her"),)),
    "checkins": Rule((_named(checkins.c.respondent, "her"),)),
    "offers": Rule((_named(offers.c.respondent, "her"),), texts=frozenset({"words"})),
    "responses": Rule((responses.c.moderator.in_(_ROLES),), scope=_house),
    "uploads": Rule((uploads.c.moderator.in_(_ROLES),), scope=_house, texts=frozenset({"file"})),
    "inbox": Rule(
        (_named(inbox.c.person, "index"),), key="update", scope=_house, hashes=frozenset({"person"})
    ),
    "sessions": Rule((_named(sessions.c.respondent, "her"),)),
    "testimonies": Rule((_named(testimonies.c.respondent, "her"),), back={"claimed_by": _READER}),
    "cases": Rule((cases.c.testimony.in_(_TOLD),), back={"holder": _READER}),
    "case_steps": Rule(
        (case_steps.c.testimony.in_(_TOLD),), texts=frozenset({"note"}), back={"moderator": _READER}
    ),
    "consents": Rule((consents.c.testimony.in_(_TOLD),)),
    "permissions": Rule((permissions.c.testimony.in_(_TOLD),)),
    "publications": Rule(
        (publications.c.testimony.in_(_TOLD),),
        back={"redacted_by": _READER, "moderator": _READER, "looked_by": _READER},
    ),
    "pictures": Rule((pictures.c.testimony.in_(_TOLD),), back={"content": _PUBLIC}),
    "shown": Rule((shown.c.publication.in_(_PUBLISHED),)),
    "shown_themes": Rule((shown_themes.c.publication.in_(_PUBLISHED),)),
    "shown_translations": Rule((shown_translations.c.publication.in_(_PUBLISHED),)),
    "redactions": Rule((redactions.c.testimony.in_(_TOLD),), back={"moderator": _READER, "person": _READER}),
    "looks": Rule((looks.c.testimony.in_(_TOLD),), back={"claimed_by": _READER}),
    "decisions": Rule(
        (decisions.c.testimony.in_(_TOLD),), texts=frozenset({"reason"}), back={"moderator": _READER}
    ),
    "renditions": Rule((renditions.c.testimony.in_(_TOLD),), back={"by": _READER, "accepted_by": _READER}),
    "codings": Rule((codings.c.testimony.in_(_TOLD),), back={"coder": _READER}),
    "codes": Rule((codes.c.testimony.in_(_TOLD),), back={"coder": _READER}),
    "forwards": Rule((forwards.c.testimony.in_(_TOLD),), texts=frozenset({"digest"})),
    "media": Rule((_named(media.c.respondent, "her"),), texts=frozenset({"file", "unique"})),
    "outbox": Rule(
        (
            _named(outbox.c.about, "her"),
            sa.and_(_named(outbox.c.address, "address"), outbox.c.about.is_(None)),
        ),
        scope=_about,
        own={"address": _to_her, "message": _to_her},
    ),
    "copies": Rule(
        (_named(copies.c.address, "address"),), back={"card": "kept back: it may name what others told"}
    ),
    "pauses": Rule((_named(pauses.c.address, "address"),)),
    "data_keys": Rule(
        (_named(data_keys.c.scope, "her"),),
        back={"wrapped": "kept back: it is a key, and opens nothing but what is told here"},
    ),
    "tombstones": Rule((among(tombstones.c.mark, "buried"),), hashes=frozenset({"mark"})),
    "journal": Rule(
        (among(journal.c.actor, "names"), among(journal.c.object, "names")),
        own={"actor": _by_her, "object": _to_hers},
    ),
    "marks": Rule((_named(marks.c.name, "tries"),)),
}
"""How everything about her is found."""

FIND: Mapping[str, tuple[sa.Select[Any], ...]] = {
    name: tuple(
        sa.select(metadata.tables[name]).where(each).limit(sa.literal_column(str(MOST)))
        for each in rule.where
    )
    for name, rule in HERS.items()
}
_ADDRESS = sa.select(respondents.c.address).where(this(respondents.c.id))
_INDEX = sa.select(addresses.c.person).where(this(addresses.c.id))


class Everything(Rows):
    """All rows about one person."""

    __slots__ = ()

    def of(self, respondent: str, besides: str = "") -> dict[str, Any]:
        """Each table with what its columns mean (from the data inventory) and the rows about her, as plain values.

        `besides`: the cause ("update:7") that is being answered: its row is emptied in the same commit.
        """
        address = self._connection.execute(_ADDRESS, {"this": respondent}).scalar()
        told = self._connection.execute(_TOLD, {"her": respondent}).scalars()
        roles = self._connection.execute(_ROLES, {"address": address}).scalars()
        names = [
            f"respondent:{respondent}",
            f"address:{address}",
            *(f"testimony:{each}" for each in told),
            *(f"moderator:{each}" for each in roles),
        ]
        values = {
            "her": respondent,
            "address": address,
            "index": self._connection.execute(_INDEX, {"this": address}).scalar(),
            "names": names,
            "buried": [self._seals.keys.mark("testimony", each) for each in told],
            "tries": f"tries:{address}",
        }
        mine = {*names, address}
        return {
            name: {
                "columns": _columns(name, rule),
                "rows": [
                    self._told(name, rule, row, respondent, mine)
                    for row in self._rows(name, values)
                    if not (name == "inbox" and f"update:{row['update']}" == besides)
                ],
            }
            for name, rule in HERS.items()
        }

    def _rows(self, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        table = metadata.tables[name]
        keys = [column.name for column in table.primary_key]
        found: dict[tuple[Any, ...], dict[str, Any]] = {}
        for statement in FIND[name]:
            for each in self._connection.execute(statement, values):
                row = each._asdict()
                found[tuple(row[key] for key in keys)] = row
        return [found[key] for key in sorted(found)]

    def _told(
        self, name: str, rule: Rule, row: Mapping[str, Any], respondent: str, mine: Collection[str]
    ) -> dict[str, Any]:
        """One row as she is told it."""
        told: dict[str, Any] = {}
        for column in metadata.tables[name].columns:
            value = row[column.name]
            own = rule.own.get(column.name)
            if value is None or column.name in rule.back or (own is not None and not own(row, mine)):
                told[column.name] = None
            elif held(column).sealed:
                told[column.name] = self._open(name, rule, column.name, row, respondent)
            else:
                told[column.name] = value.isoformat() if isinstance(value, datetime) else value
        return told

    def _open(self, name: str, rule: Rule, column: str, row: Mapping[str, Any], respondent: str) -> Any:
        where = (f"{name}.{column}", str(row[rule.key]), rule.scope(row, respondent))
        try:
            if column in rule.texts:
                return self._seals.bytes_out(row[column], *where).decode("utf-8", "replace")
            return self._seals.out_of(row[column], *where)
        except (SealFault, ValueError):
            return DAMAGED


def _columns(name: str, rule: Rule) -> dict[str, dict[str, Any]]:
    """What each column of a table is, in the words of the data inventory."""
    return {column.name: _meaning(column, rule) for column in metadata.tables[name].columns}


def _meaning(column: sa.Column[Any], rule: Rule) -> dict[str, Any]:
    why = held(column)
    meaning: dict[str, Any] = {
        "purpose": why.purpose,
        "kept": why.retention,
        "sensitivity": str(why.sensitivity),
    }
    if why.sealed:
        meaning["sealed"] = "encrypted where it is kept, opened here"
    if column.name in rule.hashes:
        meaning["is"] = "a keyed hash"
    elif column.foreign_keys or why.purpose == "random id":
        meaning["is"] = "an internal id"
    if column.name in rule.back:
        meaning["kept_back"] = rule.back[column.name]
    elif column.name in rule.own:
        meaning["kept_back"] = "where it is somebody else's"
    return meaning
