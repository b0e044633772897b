"""People and what each may do: Respondent, Moderator, Partner, Association, Region, Consent, Invitation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

PURPOSES = ("keep", "share", "publish", "quote", "contact")
"""What may be done with a testimony, each agreed to on its own (product: five switches, all off)."""

PHOTO = "photo"
"""A sixth, only of a testimony with a photo: that it is shown with the published words."""

PUBLIC = ("publish", "quote")
"""The purposes for which words of it come before everybody."""


def purposes(*, photo: bool) -> tuple[str, ...]:
    """The purposes of one testimony, in the order in which they are asked; `photo`: there is one."""
    after = PURPOSES.index("publish") + 1
    return (*PURPOSES[:after], PHOTO, *PURPOSES[after:]) if photo else PURPOSES


class Role(StrEnum):
    """What somebody does for a partner: read voices, sensitive ones too, lead those who read, write forms."""

    MODERATOR = "moderator"
    FOCAL_POINT = "focal_point"
    LEAD = "lead"
    AUTHOR = "author"


class Right(StrEnum):
    """One thing somebody may do for their partner, and for no other."""

    READ = "read"
    READ_SENSITIVE = "read sensitive"
    LEAD = "lead"
    WRITE_FORMS = "write forms"


RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.MODERATOR: frozenset({Right.READ}),
    Role.FOCAL_POINT: frozenset({Right.READ, Right.READ_SENSITIVE}),
    Role.LEAD: frozenset({Right.READ, Right.LEAD, Right.WRITE_FORMS}),
    Role.AUTHOR: frozenset({Right.WRITE_FORMS}),
}
"""What each role may do (S20, S22, S34): what is not here, nobody may."""


@dataclass(frozen=True, slots=True)
class Partner:
    """The NGO a testimony is gathered for. `days`: within how many days it promises to read a voice.

    `contact`: the mail or web address under which people reach it (privacy text, S1).
    """

    id: str
    name: str
    days: int = 7
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    """A group of countries whose local associations know one another; `countries`: ISO 3166 codes."""

    id: str
    name: str
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Association:
    """A local group joined to a partner. Who comes by its link speaks by it; that it brought them gives it no right.

    `country`: an ISO 3166 code, `region`: a region's id; each "" where there is none.
    """

    id: str
    partner: str
    name: str
    country: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Respondent:
    """Who speaks: an opaque id. `address` is the id of their chat's row, None once forgotten or gone.

    `since`: first contact. `quiet`: asked us not to write first (/stop, S45); answers to what she does still go out.
    `hides`: what she told is taken out of the chat once it is stored (S29); None: as the form says.
    `association`: by whose link she came, "" where by none.
    `waiting` says what the next words or tap are for: {"for": "start", "form": …}, {"for": "answer", "testimony": …},
    {"for": "place"}, with "clock" where it is for the time of day; its "form" is what begins where she begins again,
    by the check-in its "asked" names.
    """

    id: str
    address: str
    partner: str
    language: str | None = None
    reachable: bool = True
    quiet: bool = False
    since: datetime | None = None
    waiting: Mapping[str, Any] = field(default_factory=dict)
    hides: bool | None = None
    association: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """Who writes from an address we know: the respondent there, if any; whether anybody `moderates` from it."""

    address: str
    respondent: Respondent | None
    moderates: bool


@dataclass(frozen=True, slots=True)
class Moderator:
    """Who reads for a partner. `waiting` says what the next words are for: {"for": verb, "testimony": id, …}.

    `label`: what their lead calls them, where they gave a word for it; we hold no name. `languages`: the codes of those
    they read, empty where they were not asked. `since`: when they joined, None where that was before we noted it.
    `left_at`: when the role ended.
    """

    id: str
    address: str
    partner: str
    role: Role
    language: str | None = None
    waiting: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    languages: tuple[str, ...] = ()
    since: datetime | None = None
    left_at: datetime | None = None
    version: int = 0

    @property
    def active(self) -> bool:
        """Whether the role still stands."""
        return self.left_at is None

    @property
    def called(self) -> str:
        """The label they go by in their team: their lead's word, else four random characters."""
        return self.label or self.id[:4].upper()

    @property
    def reads(self) -> bool:
        """Whether this role reads voices at all."""
        return Right.READ in RIGHTS[self.role]

    @property
    def writes_forms(self) -> bool:
        """Whether this role makes the partner's forms."""
        return self.active and Right.WRITE_FORMS in RIGHTS[self.role]

    def leads(self, partner: str) -> bool:
        """Whether this role invites and removes for that partner."""
        return self.active and self.partner == partner and Right.LEAD in RIGHTS[self.role]

    def may_read(self, *, partner: str, sensitive: bool) -> bool:
        """Whether this moderator may see a testimony of that partner; sensitive ones only as a focal point (S34)."""
        needed = Right.READ_SENSITIVE if sensitive else Right.READ
        return self.active and self.partner == partner and needed in RIGHTS[self.role]


@dataclass(frozen=True, slots=True)
class Consent:
    """What one person agreed to for one testimony: purpose, wording (its hash), language, when; revocable (S31).

    `source`: the form that asked in these words; empty where /mine did. `partners`: the ids of those whom the words of
    `share` named.
    """

    testimony: str
    purpose: str
    granted: bool
    wording: str
    language: str
    at: datetime
    source: str = ""
    partners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link by which someone becomes a moderator. Only the code's hash is kept (S24). `label`: what they will
    be called in their team, "" for four random characters.
    """

    id: str
    partner: str
    role: Role
    expires_at: datetime
    used_at: datetime | None = None
    label: str = ""
