"""Every table, and what each column holds: the data inventory is read from here (assurance S49)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from bot.retention import (
    CHECKIN,
    CONTENT,
    DRAFT,
    EXPORT,
    INVITATION,
    LEFT,
    LISTED,
    PERSON,
    STRANGER,
    TRACE,
    UNREAD,
    VOICE,
)

LARGEST_PICTURE = 150_000
"""Bytes of a photo that everybody can see, at most."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(sa.TypeDecorator[datetime]):
    """An aware time, kept as whole microseconds since 1970 UTC on both engines. ValueError for a naive one."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        """Microseconds since 1970 UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be kept: {value}")
        since = value - EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:
        """The time in UTC."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Sensitivity(StrEnum):
    """What harm a leak could do (the classes of the IASC Operational Guidance on Data Responsibility)."""

    NONE = "none"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True)
class Held:
    """Why a column is there: how sensitive, whether sealed, for what purpose, kept for how long."""

    sensitivity: Sensitivity
    purpose: str
    retention: str
    sealed: bool = False


NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = sa.MetaData(naming_convention=NAMES)

_NONE, _LOW, _MODERATE, _HIGH, _SEVERE = Sensitivity


def _held(
    name: str,
    kind: Any,
    *more: Any,
    held: Held,
    nullable: bool = False,
    primary_key: bool = False,
    counted: bool = True,
    server_default: Any = None,
) -> sa.Column[Any]:
    return sa.Column(
        name,
        kind,
        *more,
        nullable=nullable,
        primary_key=primary_key,
        server_default=server_default,
        autoincrement="auto" if counted else False,
        info={"class": held},
    )


def _to(column: str) -> sa.ForeignKey:
    return sa.ForeignKey(column)


# How long a row is kept, in the words of the inventory.
_trace, _undecided = f"{TRACE.days} days", f"{UNREAD.days} days where nobody decides"
_decided = f"{VOICE.days} days after it came once decided, {_undecided}"
_TODAY = f"until handled; the bare update id {_trace}"
_ASIDE = f"until handled; {_trace} where set aside"
_PERSON = f"until forgotten; {PERSON.days} days where nothing else is kept of them"
_CHAT = f"{_PERSON}; {LEFT.days} days after a role ended; {STRANGER.days} days where they only knocked"
_DRAFT = f"until the session ends; {DRAFT.days} days untouched"
_VOICE = f"until withdrawn or forgotten; {_decided}"
_PROOF = f"until forgotten; {_decided}"
_LIVE = f"until taken back, withdrawn or forgotten; {_decided}"
_SENT = f"until sent or refused; {_trace} where unknown"
_TRACE = f"{_trace} after it ended, or until forgotten"
_COPY = f"until taken out or forgotten; {_trace}"
_LINK = f"{INVITATION.days} days after it ended"
_TEAM = "as long as the partnership"
_HANDED = f"{_VOICE}; what must be asked back until it was"
_READER = f"{LEFT.days} days after their last role ended"
_ROLE = "as long as the partnership; bare once their chat is gone, until no decision names it"
_ASKED = f"{CHECKIN.days} days after its day, or until forgotten"
_OUT = f"{EXPORT.days + LISTED.days} days: until its copies must be destroyed, and {LISTED.days} more"
_ROOM = "until the bot leaves the group"
_ALWAYS = "always"
_MARK = f"always; counts of wrong invitations {_trace}"
_READ = "until the form was read"
_SHOWN = f"while a version of a form shows it, and {CONTENT.days} days"
_ALIVE = "while the process lives"

_ID = Held(_NONE, "random id", "with its row")
_VERSION = Held(_NONE, "two writers notice each other", "with its row")

_whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A whole number that is a key; where the database counts it up itself it is never shown to anyone (S21)."""


inbox = sa.Table(
    "inbox",
    metadata,
    _held(
        "update",
        _whole,
        primary_key=True,
        counted=False,
        held=Held(_LOW, "the same update is taken once (R3)", _trace),
    ),
    _held("state", sa.Text(), held=Held(_NONE, "open, done or aside", _TODAY)),
    _held(
        "person",
        sa.Text(),
        nullable=True,
        held=Held(_MODERATE, "one person's updates in order: keyed index of the Telegram id", _ASIDE),
    ),
    _held("date", sa.BigInteger(), nullable=True, held=Held(_LOW, "order (R5)", _ASIDE)),
    _held("message", sa.BigInteger(), nullable=True, held=Held(_LOW, "order (R5)", _ASIDE)),
    _held(
        "body",
        sa.LargeBinary(),
        nullable=True,
        held=Held(_SEVERE, "what Telegram said, until it is handled (R1)", _ASIDE, sealed=True),
    ),
    _held("tries", sa.Integer(), held=Held(_NONE, "when to give up (R9)", _TODAY)),
    _held("not_before", Instant(), held=Held(_NONE, "when to try again", _TODAY)),
    _held("ended_at", Instant(), nullable=True, held=Held(_LOW, "when to drop the row", _TODAY)),
)
sa.Index(
    "ix_inbox_line",
    inbox.c.person,
    inbox.c.date,
    inbox.c.message,
    inbox.c.update,
    sqlite_where=sa.text("person IS NOT NULL"),
    postgresql_where=sa.text("person IS NOT NULL"),
)
_OPEN = sa.text("state = 'open'")
sa.Index("ix_inbox_open", inbox.c.not_before, inbox.c.update, sqlite_where=_OPEN, postgresql_where=_OPEN)
sa.Index("ix_inbox_ended_at", inbox.c.ended_at)

partners = sa.Table(
    "partners",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("name", sa.Text(), held=Held(_NONE, "whom a testimony is gathered for", _TEAM)),
    _held("days", sa.Integer(), held=Held(_NONE, "the promise how soon it is read", _TEAM)),
    _held("contact", sa.Text(), held=Held(_NONE, "where people reach it (S1)", _TEAM)),
)

regions = sa.Table(
    "regions",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("name", sa.Text(), held=Held(_NONE, "a group of countries", _TEAM)),
    _held("countries", sa.Text(), held=Held(_NONE, "which: their codes", _TEAM)),
    sa.UniqueConstraint("name"),
)

associations = sa.Table(
    "associations",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("partner", sa.Text(), _to("partners.id"), held=Held(_NONE, "to which partner it is joined", _TEAM)),
    _held("name", sa.Text(), held=Held(_NONE, "a local group", _TEAM)),
    _held("country", sa.Text(), held=Held(_NONE, "where it is", _TEAM)),
    _held("region", sa.Text(), held=Held(_NONE, "with which others it meets", _TEAM)),
    sa.UniqueConstraint("partner", "name"),
)

addresses = sa.Table(
    "addresses",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held(
        "person",
        sa.Text(),
        nullable=True,
        held=Held(
            _HIGH,
            "finds the chat again: keyed index of the Telegram id (S4); empty while leaving, and then",
            _CHAT,
        ),
    ),
    _held(
        "chat",
        sa.LargeBinary(),
        held=Held(
            _HIGH,
            "the chat to write to; empty once who read from there is gone",
            f"{_CHAT}, or until the goodbye is sent",
            sealed=True,
        ),
    ),
    _held("made_at", Instant(), held=Held(_LOW, "first contact", _CHAT)),
    sa.UniqueConstraint("person"),
)

respondents = sa.Table(
    "respondents",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("address", sa.Text(), _to("addresses.id"), held=Held(_MODERATE, "whose chat", _PERSON)),
    _held("partner", sa.Text(), _to("partners.id"), held=Held(_LOW, "for whom she speaks", _PERSON)),
    _held("language", sa.Text(), nullable=True, held=Held(_LOW, "the language she chose", _PERSON)),
    _held("reachable", sa.Boolean(), held=Held(_LOW, "the bot is not blocked (R18)", _PERSON)),
    _held("quiet", sa.Boolean(), held=Held(_LOW, "asked us not to write first (S45)", _PERSON)),
    _held("since", Instant(), held=Held(_LOW, "first contact, told by /mydata", _PERSON)),
    _held(
        "waiting",
        sa.LargeBinary(),
        nullable=True,
        held=Held(_MODERATE, "what her next words are for", _PERSON, sealed=True),
    ),
    _held("version", sa.Integer(), held=_VERSION),
    _held(
        "hides",
        sa.Boolean(),
        nullable=True,
        held=Held(_LOW, "what she told leaves the chat once it is stored (S29)", _PERSON),
    ),
    _held(
        "association",
        sa.Text(),
        server_default="",
        held=Held(_MODERATE, "by whose link she came; empty: by none", _PERSON),
    ),
    sa.UniqueConstraint("address"),
)
sa.Index("ix_respondents_partner", respondents.c.partner, respondents.c.id)

moderators = sa.Table(
    "moderators",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("address", sa.Text(), _to("addresses.id"), held=Held(_MODERATE, "whose chat", _ROLE)),
    _held("partner", sa.Text(), _to("partners.id"), held=Held(_MODERATE, "for whom they read", _ROLE)),
    _held("role", sa.Text(), held=Held(_LOW, "what they may do (S22)", _ROLE)),
    _held("language", sa.Text(), nullable=True, held=Held(_LOW, "the language they chose", _READER)),
    _held("active", sa.Boolean(), held=Held(_LOW, "the role still stands (S22)", _ROLE)),
    _held(
        "waiting",
        sa.LargeBinary(),
        nullable=True,
        held=Held(_MODERATE, "what their next words are for", "until the role ends", sealed=True),
    ),
    _held("version", sa.Integer(), held=_VERSION),
    _held(
        "label",
        sa.LargeBinary(),
        nullable=True,
        held=Held(_MODERATE, "what their lead calls them", "until the role ends", sealed=True),
    ),
    _held(
        "languages",
        sa.Text(),
        server_default="",
        held=Held(_LOW, "which languages they read; empty: not asked", _READER),
    ),
    _held("since", Instant(), nullable=True, held=Held(_LOW, "when they joined, for their lead", _ROLE)),
    _held(
        "left_at",
        Instant(),
        nullable=True,
        held=Held(_LOW, "when the role ended: when their chat goes (S41)", _ROLE),
    ),
    sa.UniqueConstraint("address", "partner", "role"),
)
sa.Index("ix_moderators_partner", moderators.c.partner)
sa.Index(
    "ix_moderators_person", moderators.c.id, moderators.c.address, unique=True
)  # two roles may be one person

invitations = sa.Table(
    "invitations",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("partner", sa.Text(), _to("partners.id"), held=Held(_LOW, "for whom they will read", _LINK)),
    _held("role", sa.Text(), held=Held(_LOW, "what they will do", _LINK)),
    _held("code", sa.Text(), held=Held(_LOW, "the one-time link, as a keyed hash (S24)", _LINK)),
    _held("expires_at", Instant(), held=Held(_NONE, "when the link ends", _LINK)),
    _held("used_at", Instant(), nullable=True, held=Held(_LOW, "it works once", _LINK)),
    _held(
        "label",
        sa.LargeBinary(),
        nullable=True,
        held=Held(_MODERATE, "what they will be called; empty once it was used", _LINK, sealed=True),
    ),
    sa.UniqueConstraint("code"),
)

data_keys = sa.Table(
    "data_keys",
    metadata,
    _held(
        "scope",
        sa.Text(),
        primary_key=True,
        held=Held(_LOW, "whose data: a respondent, or the house", _PERSON),
    ),
    _held("lock", sa.Text(), held=Held(_NONE, "which key of the key file wraps it", _PERSON)),
    _held(
        "wrapped",
        sa.LargeBinary(),
        held=Held(
            _HIGH, "opens what is sealed; destroyed when someone is forgotten (S40)", _PERSON, sealed=True
        ),
    ),
    _held("made_at", Instant(), held=Held(_LOW, "age of the key", _PERSON)),
)

tombstones = sa.Table(
    "tombstones",
    metadata,
    _held(
        "mark",
        sa.Text(),
        primary_key=True,
        held=Held(
            _LOW,
            "forgets, withdraws or takes back again after a restore: keyed hash of the id (S40)",
            _ALWAYS,
        ),
    ),
    _held("at", Instant(), held=Held(_LOW, "when someone left", _ALWAYS)),
)

sessions = sa.Table(
    "sessions",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("respondent", sa.Text(), _to("respondents.id"), held=Held(_MODERATE, "whose walk", _DRAFT)),
    _held(
        "data",
        sa.LargeBinary(),
        held=Held(_SEVERE, "the walk through the form: what she said so far", _DRAFT, sealed=True),
    ),
    _held("begun_at", Instant(), held=Held(_LOW, "when it began", _DRAFT)),
    _held("touched_at", Instant(), held=Held(_LOW, "when it is dropped (S41)", _DRAFT)),
    _held("wake_at", Instant(), nullable=True, held=Held(_LOW, "when time itself speaks", _DRAFT)),
    _held("version", sa.Integer(), held=_VERSION),
    sa.UniqueConstraint("respondent"),
)
sa.Index("ix_sessions_wake_at", sessions.c.wake_at)
sa.Index("ix_sessions_touched_at", sessions.c.touched_at)

testimonies = sa.Table(
    "testimonies",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("receipt", sa.Text(), held=Held(_LOW, "the code she can name; random (S21)", _PROOF)),
    _held("respondent", sa.Text(), _to("respondents.id"), held=Held(_MODERATE, "who spoke", _PROOF)),
    _held("partner", sa.Text(), _to("partners.id"), held=Held(_LOW, "who reads it (S20)", _PROOF)),
    _held("form", sa.Text(), held=Held(_LOW, "what was asked", _PROOF)),
    _held("form_version", sa.Text(), held=Held(_LOW, "what was asked (R22)", _PROOF)),
    _held("language", sa.Text(), held=Held(_LOW, "who can read it", _PROOF)),
    _held("country", sa.Text(), held=Held(_MODERATE, "the queue and the counts", _VOICE)),
    _held("sensitive", sa.Boolean(), held=Held(_HIGH, "only focal points see it (S34)", _PROOF)),
    _held("state", sa.Text(), held=Held(_LOW, "where it stands", _PROOF)),
    _held("received_at", Instant(), held=Held(_MODERATE, "oldest first; the promise of days", _PROOF)),
    _held(
        "words",
        sa.LargeBinary(),
        nullable=True,
        held=Held(_SEVERE, "answers and themes: the testimony itself", _VOICE, sealed=True),
    ),
    _held(
        "exchanges",
        sa.LargeBinary(),
        nullable=True,
        held=Held(_SEVERE, "what was asked back and answered", _VOICE, sealed=True),
    ),
    _held(
        "claimed_by",
        sa.Text(),
        _to("moderators.id"),
        nullable=True,
        held=Held(_LOW, "one card, one reader", _PROOF),
    ),
    _held("claimed_until", Instant(), nullable=True, held=Held(_LOW, "when the next may take it", _PROOF)),
    _held("version", sa.Integer(), held=_VERSION),
    _held(
        "withheld",
        sa.Boolean(),
        server_default="0",
        held=Held(_LOW, "never published, not even anonymised (S36)", _PROOF),
    ),
    _held(
        "association",
        sa.Text(),
        server_default="",
        held=Held(_MODERATE, "by whose link she came when she told it; empty: by none", _VOICE),
    ),
    _held(
        "barred",
        sa.Boolean(),
        server_default=sa.false(),
        held=Held(_HIGH, "nobody of its partner sees it: it may speak of them (S34)", _PROOF),
    ),
    _held(
        "wants",
        sa.Text(),
        server_default="",
        held=Held(_LOW, "who is to read it: those who read this language; empty: anybody", _PROOF),
    ),
    _held(
        "campaign",
        sa.Text(),
        server_default="",
        held=Held(_LOW, "which campaign asked, by a check-in or its link; empty: none", _PROOF),
    ),
    sa.UniqueConstraint("receipt"),
)
sa.Index("ix_testimonies_respondent", testimonies.c.respondent)
sa.Index(
    "ix_testimonies_standing",  # what a publication refers to
    testimonies.c.id,
    testimonies.c.state,
    testimonies.c.sensitive,
    testimonies.c.withheld,
    unique=True,
)
sa.Index(
    "ix_testimonies_lane",  # whether a voice is counted, without a look at its row
    testimonies.c.id,
    testimonies.c.partner,
    testimonies.c.sensitive,
    testimonies.c.barred,
    unique=True,
)
sa.Index(
    "ix_testimonies_queue",
    testimonies.c.partner,
    testimonies.c.sensitive,
    testimonies.c.state,
    testimonies.c.received_at,
)
sa.Index(
    "ix_testimonies_told",  # what was told in a form, day by day
    testimonies.c.partner,
    testimonies.c.form,
    testimonies.c.received_at,
    testimonies.c.id,
)
sa.Index(
    "ix_testimonies_language",  # what is looked for, however rare
    testimonies.c.language,
    testimonies.c.partner,
    testimonies.c.sensitive,
    testimonies.c.state,
    testimonies.c.received_at,
    testimonies.c.country,
)
sa.Index(
    "ix_testimonies_country",
    testimonies.c.country,
    testimonies.c.partner,
    testimonies.c.sensitive,
    testimonies.c.state,
    testimonies.c.received_at,
)
_UNREAD = sa.text("state IN ('received', 'in_review')")
sa.Index(
    "ix_testimonies_waiting",  # all that the queue asks of what waits, without a look at a row
    testimonies.c.partner,
    testimonies.c.sensitive,
    testimonies.c.received_at,
    testimonies.c.id,
    testimonies.c.state,
    testimonies.c.barred,
    testimonies.c.language,
    testimonies.c.country,
    testimonies.c.form,
    testimonies.c.campaign,
    testimonies.c.wants,
    testimonies.c.respondent,
    testimonies.c.claimed_until,
    testimonies.c.version,
    sqlite_where=_UNREAD,
    postgresql_where=_UNREAD,
)

_BY_CAMPAIGN = sa.text("campaign <> ''")
sa.Index(
    "ix_testimonies_campaign",  # how many answered a campaign
    testimonies.c.campaign,
    testimonies.c.partner,
    sqlite_where=_BY_CAMPAIGN,
    postgresql_where=_BY_CAMPAIGN,
)

consents = sa.Table(
    "consents",
    metadata,
    _held("n", _whole, primary_key=True, held=Held(_NONE, "which came last", _PROOF)),
    _held("testimony", sa.Text(), _to("testimonies.id"), held=Held(_LOW, "to which testimony", _PROOF)),
    _held("purpose", sa.Text(), held=Held(_LOW, "what may be done (S31)", _PROOF)),
    _held("granted", sa.Boolean(), held=Held(_LOW, "whether it may be done", _PROOF)),
    _held("wording", sa.Text(), held=Held(_LOW, "hash of the words that were shown", _PROOF)),
    _held("language", sa.Text(), held=Held(_LOW, "the language of the words shown", _PROOF)),
    _held("at", Instant(), held=Held(_LOW, "when she said so", _PROOF)),
    _held("source", sa.Text(), held=Held(_LOW, "the form whose words they are; empty: /mine", _PROOF)),
    _held("partners", sa.Text(), held=Held(_LOW, "whom the words of sharing named: their ids", _PROOF)),
)
sa.Index("ix_consents_testimony", consents.c.testimony)

cases = sa.Table(
    "cases",
    metadata,
    _held(
        "testimony",
        sa.Text(),
        _to("testimonies.id"),
        primary_key=True,
        held=Held(_HIGH, "which sensitive voice", _PROOF),
    ),
    _held("code", sa.Text(), held=Held(_LOW, "the code focal points name it by; random (S34)", _PROOF)),
    _held("way", sa.Text(), held=Held(_MODERATE, "herself, a flag or a word brought it here", _PROOF)),
    _held("state", sa.Text(), held=Held(_MODERATE, "where the case stands", _PROOF)),
    _held("opened_at", Instant(), held=Held(_MODERATE, "the clock of 24 hours", _PROOF)),
    _held("read_at", Instant(), nullable=True, held=Held(_LOW, "when somebody looked at it", _PROOF)),
    _held("remind_at", Instant(), nullable=True, held=Held(_LOW, "when to say that it waits", _PROOF)),
    _held("reminded", sa.Integer(), held=Held(_NONE, "how often that was said", _PROOF)),
    _held(
        "holder",
        sa.Text(),
        _to("moderators.id"),
        nullable=True,
        held=Held(_LOW, "which focal point has it", _PROOF),
    ),
    _held(
        "about",
        sa.Text(),
        held=Held(_HIGH, "of whose people it speaks, who never see it: ids of partners", _PROOF),
    ),
    _held("outcome", sa.Text(), held=Held(_MODERATE, "how it ended", _PROOF)),
    _held("version", sa.Integer(), held=_VERSION),
    sa.UniqueConstraint("code"),
)
_TIMED = sa.text("remind_at IS NOT NULL")
sa.Index("ix_cases_remind_at", cases.c.remind_at, sqlite_where=_TIMED, postgresql_where=_TIMED)
_UNCLOSED = sa.text("state <> 'closed'")
sa.Index("ix_cases_open", cases.c.opened_at, sqlite_where=_UNCLOSED, postgresql_where=_UNCLOSED)

case_steps = sa.Table(
    "case_steps",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("testimony", sa.Text(), _to("cases.testimony"), held=Held(_LOW, "of which case", _PROOF)),
    _held("kind", sa.Text(), held=Held(_MODERATE, "what was done, asked, or answered by her", _PROOF)),
    _held("at", Instant(), held=Held(_LOW, "when", _PROOF)),
    _held(
        "moderator",
        sa.Text(),
        _to("moderators.id"),
        nullable=True,
        held=Held(_LOW, "by which focal point; empty: by her", _PROOF),
    ),
    _held("wording", sa.Text(), held=Held(_LOW, "hash of the words she was asked in", _PROOF)),
    _held("language", sa.Text(), held=Held(_LOW, "the language of those words", _PROOF)),
    _held(
        "note",
        sa.LargeBinary(),
        nullable=True,
        held=Held(_SEVERE, "whom she could be referred to; what a colleague must know", _VOICE, sealed=True),
    ),
)
sa.Index("ix_case_steps_testimony", case_steps.c.testimony)

guidance = sa.Table(
    "guidance",
    metadata,
    _held("partner", sa.Text(), _to("partners.id"), primary_key=True, held=Held(_NONE, "whose", _TEAM)),
    _held("kind", sa.Text(), primary_key=True, held=Held(_NONE, "danger words or help lines", _TEAM)),
    _held("text", sa.Text(), held=Held(_NONE, "the partner's own file", _TEAM)),
    _held("at", Instant(), held=Held(_NONE, "since when", _TEAM)),
)
"""What a partner keeps for the sensitive lane."""

permissions = sa.Table(
    "permissions",
    metadata,
    _held(
        "testimony", sa.Text(), _to("testimonies.id"), primary_key=True, held=Held(_LOW, "of which", _LIVE)
    ),
    _held("purpose", sa.Text(), primary_key=True, held=Held(_LOW, "what is allowed now (S31)", _LIVE)),
    _held(
        "id", sa.Text(), held=Held(_NONE, "random id by which a tombstone knows it, once taken back", _LIVE)
    ),
    _held("consent", _whole, _to("consents.n"), held=Held(_NONE, "the line in which she said so", _LIVE)),
    sa.UniqueConstraint("id"),
)
sa.Index("ix_permissions_consent", permissions.c.consent)

publications = sa.Table(
    "publications",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("testimony", sa.Text(), held=Held(_LOW, "which testimony", _LIVE)),
    _held("purpose", sa.Text(), held=Held(_LOW, "published or quoted: only while allowed (S31)", _LIVE)),
    _held("state", sa.Text(), held=Held(_NONE, "always accepted: only while it is", _LIVE)),
    _held("sensitive", sa.Boolean(), held=Held(_NONE, "always false: only while it is not", _LIVE)),
    _held("withheld", sa.Boolean(), held=Held(_NONE, "always false: only while it is not", _LIVE)),
    _held("redaction", sa.Text(), held=Held(_LOW, "which redacted copy of it (S36)", _LIVE)),
    _held("stands", sa.Boolean(), held=Held(_NONE, "always true: only while that copy does", _LIVE)),
    _held("redacted_by", sa.Text(), held=Held(_LOW, "whose copy it is: the address of a moderator", _LIVE)),
    _held("moderator", sa.Text(), held=Held(_LOW, "who looked at it second", _LIVE)),
    _held("looked_by", sa.Text(), held=Held(_LOW, "their address: another one (S36)", _LIVE)),
    _held("at", Instant(), held=Held(_LOW, "since when", _LIVE)),
    sa.UniqueConstraint("testimony", "purpose"),
    sa.CheckConstraint("purpose IN ('publish', 'quote')", name="purpose"),
    sa.CheckConstraint("state = 'accepted' AND NOT sensitive AND NOT withheld AND stands", name="standing"),
    sa.CheckConstraint("redacted_by <> looked_by", name="two"),
    sa.ForeignKeyConstraint(
        ["testimony", "purpose"],
        ["permissions.testimony", "permissions.purpose"],
        name="fk_publications_permission",
    ),
    sa.ForeignKeyConstraint(
        ["testimony", "state", "sensitive", "withheld"],
        ["testimonies.id", "testimonies.state", "testimonies.sensitive", "testimonies.withheld"],
        name="fk_publications_standing",
    ),
    sa.ForeignKeyConstraint(
        ["redaction", "testimony", "redacted_by", "stands"],
        ["redactions.id", "redactions.testimony", "redactions.person", "redactions.stands"],
        name="fk_publications_redaction",
    ),
    sa.ForeignKeyConstraint(
        ["moderator", "looked_by"],
        ["moderators.id", "moderators.address"],
        name="fk_publications_second",
    ),
)
sa.Index("ix_publications_at", publications.c.at, publications.c.id)
sa.Index(
    "ix_publications_pictured",  # what a picture refers to
    publications.c.id,
    publications.c.testimony,
    publications.c.purpose,
    publications.c.redaction,
    unique=True,
)
"""What is before everybody. Without a live permission, or a testimony that is accepted, not sensitive and not withheld,
or without a redacted copy and two people there is no row: the database sees to it.
"""

shown = sa.Table(
    "shown",
    metadata,
    _held(
        "publication",
        sa.Text(),
        sa.ForeignKey("publications.id", ondelete="CASCADE"),
        primary_key=True,
        held=Held(_LOW, "by which everybody may name it (S21)", _LIVE),
    ),
    _held(
        "rules",
        sa.Text(),
        held=Held(_NONE, "by which rules it was made; empty: to be looked at again", _LIVE),
    ),
    _held("form", sa.Text(), held=Held(_LOW, "a testimony or an initiative", _LIVE)),
    _held("language", sa.Text(), held=Held(_LOW, "in which it was told", _LIVE)),
    _held("country", sa.Text(), held=Held(_MODERATE, "where, as coarse as it is public", _LIVE)),
    _held("week", sa.Text(), held=Held(_LOW, "in which it was told: a Monday (S6)", _LIVE)),
    _held("since", sa.Text(), held=Held(_LOW, "in which it became public: a Monday (S6)", _LIVE)),
    _held(
        "text",
        sa.Text(),
        held=Held(_MODERATE, "her redacted words as everybody may read them: public, so not sealed", _LIVE),
    ),
    _held(
        "folded", sa.Text(), held=Held(_MODERATE, "the same without accents, by which it is searched", _LIVE)
    ),
)
"""What the public pages show. A row comes with its publication and goes with it, at once: the database sees to it. One
that was not looked at yet, or may not be read now, has nothing but its key.
"""

sa.Index(
    "ix_shown_wall",
    shown.c.since,
    shown.c.publication,
    shown.c.country,
    shown.c.language,
    shown.c.form,
)
sa.Index("ix_shown_counted", shown.c.country, shown.c.form, shown.c.week)
sa.Index("ix_shown_rules", shown.c.rules, shown.c.publication)

shown_themes = sa.Table(
    "shown_themes",
    metadata,
    _held(
        "publication",
        sa.Text(),
        sa.ForeignKey("shown.publication", ondelete="CASCADE"),
        primary_key=True,
        held=Held(_LOW, "which voice", _LIVE),
    ),
    _held("theme", sa.Text(), primary_key=True, held=Held(_LOW, "what it is about", _LIVE)),
    _held(
        "since", sa.Text(), held=Held(_LOW, "in which week it became public: the order of the wall", _LIVE)
    ),
    _held("week", sa.Text(), held=Held(_LOW, "in which it was told: to be counted", _LIVE)),
    _held("country", sa.Text(), held=Held(_LOW, "as of the voice: found beside the theme", _LIVE)),
    _held("language", sa.Text(), held=Held(_LOW, "as of the voice: found beside the theme", _LIVE)),
    _held("form", sa.Text(), held=Held(_LOW, "as of the voice: found beside the theme", _LIVE)),
)
sa.Index(
    "ix_shown_themes_wall",
    shown_themes.c.theme,
    shown_themes.c.since,
    shown_themes.c.publication,
    shown_themes.c.country,
    shown_themes.c.language,
    shown_themes.c.form,
)
sa.Index("ix_shown_themes_counted", shown_themes.c.theme, shown_themes.c.week)

shown_translations = sa.Table(
    "shown_translations",
    metadata,
    _held(
        "publication",
        sa.Text(),
        sa.ForeignKey("shown.publication", ondelete="CASCADE"),
        primary_key=True,
        held=Held(_LOW, "which voice", _LIVE),
    ),
    _held("language", sa.Text(), primary_key=True, held=Held(_LOW, "who can read it", _LIVE)),
    _held(
        "text",
        sa.Text(),
        held=Held(_MODERATE, "her redacted words in that language, accepted by two people: public", _LIVE),
    ),
    _held(
        "folded", sa.Text(), held=Held(_MODERATE, "the same without accents, by which it is searched", _LIVE)
    ),
)

pictures = sa.Table(
    "pictures",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("publication", sa.Text(), held=Held(_LOW, "with which published voice it is shown", _LIVE)),
    _held("testimony", sa.Text(), held=Held(_LOW, "of which testimony", _LIVE)),
    _held("words", sa.Text(), held=Held(_NONE, "always publish: only with published words", _LIVE)),
    _held("redaction", sa.Text(), held=Held(_LOW, "with which copy somebody said it may be (S36)", _LIVE)),
    _held("purpose", sa.Text(), held=Held(_NONE, "always photo: only while allowed (S31)", _LIVE)),
    _held(
        "medium",
        sa.Text(),
        sa.ForeignKey("media.id", ondelete="CASCADE"),
        held=Held(_LOW, "which photo of hers: only while we have it", _LIVE),
    ),
    _held("width", sa.Integer(), held=Held(_NONE, "in pixels; 0: not made ready yet", _LIVE)),
    _held("height", sa.Integer(), held=Held(_NONE, "in pixels", _LIVE)),
    _held(
        "content",
        sa.LargeBinary(),
        nullable=True,
        held=Held(
            _HIGH,
            "the photo anew from its pixels, as everybody may see it: public, so not sealed (S7)",
            _LIVE,
        ),
    ),
    sa.UniqueConstraint("publication"),
    sa.CheckConstraint("words = 'publish' AND purpose = 'photo'", name="purpose"),
    sa.CheckConstraint("(content IS NULL) = (width = 0)", name="ready"),
    sa.CheckConstraint(f"length(content) <= {LARGEST_PICTURE}", name="size"),
    sa.ForeignKeyConstraint(
        ["publication", "testimony", "words", "redaction"],
        ["publications.id", "publications.testimony", "publications.purpose", "publications.redaction"],
        name="fk_pictures_publication",
        ondelete="CASCADE",
    ),
    sa.ForeignKeyConstraint(
        ["testimony", "purpose"],
        ["permissions.testimony", "permissions.purpose"],
        name="fk_pictures_permission",
        ondelete="CASCADE",
    ),
)
sa.Index("ix_pictures_testimony", pictures.c.testimony, pictures.c.purpose)
sa.Index("ix_pictures_medium", pictures.c.medium)
sa.Index("ix_pictures_ready", pictures.c.width, pictures.c.id)
"""A photo that everybody can see. Without published words, a live permission of its own or the original there is no
row: the database sees to it.
"""

redactions = sa.Table(
    "redactions",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("testimony", sa.Text(), _to("testimonies.id"), held=Held(_LOW, "of which testimony", _VOICE)),
    _held("number", sa.Integer(), held=Held(_NONE, "which version; 0: offered, not kept yet", _VOICE)),
    _held("moderator", sa.Text(), held=Held(_LOW, "who made it", _VOICE)),
    _held("person", sa.Text(), held=Held(_LOW, "their address: two roles may be one person", _VOICE)),
    _held("at", Instant(), held=Held(_LOW, "when", _VOICE)),
    _held("stands", sa.Boolean(), held=Held(_NONE, "it is the latest", _VOICE)),
    _held(
        "body",
        sa.LargeBinary(),
        held=Held(_SEVERE, "her words without what points to people (S36)", _VOICE, sealed=True),
    ),
    sa.UniqueConstraint("testimony", "number"),
    sa.ForeignKeyConstraint(
        ["moderator", "person"], ["moderators.id", "moderators.address"], name="fk_redactions_moderator"
    ),
)
sa.Index(
    "ix_redactions_standing",  # what a publication refers to
    redactions.c.id,
    redactions.c.testimony,
    redactions.c.person,
    redactions.c.stands,
    unique=True,
)

looks = sa.Table(
    "looks",
    metadata,
    _held(
        "testimony",
        sa.Text(),
        _to("testimonies.id"),
        primary_key=True,
        held=Held(_LOW, "which testimony waits for its redaction or second look (S36)", _PROOF),
    ),
    _held("partner", sa.Text(), _to("partners.id"), held=Held(_LOW, "who looks at it (S20)", _PROOF)),
    _held("since", Instant(), held=Held(_LOW, "oldest first: when it was told", _PROOF)),
    _held(
        "claimed_by",
        sa.Text(),
        _to("moderators.id"),
        nullable=True,
        held=Held(_LOW, "one card, one reader", _PROOF),
    ),
    _held("claimed_until", Instant(), nullable=True, held=Held(_LOW, "when the next may take it", _PROOF)),
)
sa.Index("ix_looks_partner", looks.c.partner, looks.c.since)

decisions = sa.Table(
    "decisions",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("testimony", sa.Text(), _to("testimonies.id"), held=Held(_LOW, "about which testimony", _PROOF)),
    _held("moderator", sa.Text(), _to("moderators.id"), held=Held(_LOW, "who decided", _PROOF)),
    _held("kind", sa.Text(), held=Held(_LOW, "what was decided", _PROOF)),
    _held(
        "reason",
        sa.LargeBinary(),
        nullable=True,
        held=Held(_HIGH, "why; may repeat her words", _VOICE, sealed=True),
    ),
    _held("at", Instant(), held=Held(_LOW, "when", _PROOF)),
    _held("version", sa.Integer(), held=Held(_NONE, "one decision a version (R35)", _PROOF)),
    sa.UniqueConstraint("testimony", "version"),
)
sa.Index(
    "ix_decisions_moderator", decisions.c.moderator, decisions.c.kind, decisions.c.at, decisions.c.testimony
)

frames = sa.Table(
    "frames",
    metadata,
    _held(
        "partner", sa.Text(), _to("partners.id"), primary_key=True, held=Held(_NONE, "whose frame", _ALWAYS)
    ),
    _held("name", sa.Text(), primary_key=True, held=Held(_NONE, "which frame", _ALWAYS)),
    _held("version", sa.Text(), primary_key=True, held=Held(_NONE, "codes name it", _ALWAYS)),
    _held("content", sa.Text(), held=Held(_NONE, "its codes: what its author wrote", _ALWAYS)),
    _held("current", sa.Boolean(), held=Held(_NONE, "by which is coded now", _ALWAYS)),
    _held("kept_at", Instant(), held=Held(_NONE, "since when", _ALWAYS)),
)
_CODED_BY = sa.text("current")
sa.Index(
    "ix_frames_current", frames.c.partner, unique=True, sqlite_where=_CODED_BY, postgresql_where=_CODED_BY
)

codings = sa.Table(
    "codings",
    metadata,
    _held(
        "testimony",
        sa.Text(),
        _to("testimonies.id"),
        primary_key=True,
        held=Held(_LOW, "which testimony was coded", _VOICE),
    ),
    _held(
        "second",
        sa.Boolean(),
        primary_key=True,
        held=Held(_NONE, "by the second coder, who does not see the first", _VOICE),
    ),
    _held("partner", sa.Text(), _to("partners.id"), held=Held(_LOW, "whose frame (S20)", _VOICE)),
    _held("coder", sa.Text(), _to("moderators.id"), held=Held(_LOW, "who coded", _VOICE)),
    _held("frame", sa.Text(), held=Held(_NONE, "by which frame", _VOICE)),
    _held("version", sa.Text(), held=Held(_NONE, "in which version", _VOICE)),
    _held("at", Instant(), held=Held(_LOW, "when; how long the second one has it", _VOICE)),
    _held("open", sa.Boolean(), held=Held(_NONE, "a second one is wanted, or is not finished", _VOICE)),
)
_WANTED_AGAIN = sa.text("open AND NOT second")
sa.Index("ix_codings_partner", codings.c.partner, codings.c.frame, codings.c.second, codings.c.at)
sa.Index(
    "ix_codings_open",
    codings.c.partner,
    codings.c.frame,
    codings.c.at,
    codings.c.testimony,
    sqlite_where=_WANTED_AGAIN,
    postgresql_where=_WANTED_AGAIN,
)

codes = sa.Table(
    "codes",
    metadata,
    _held(
        "testimony",
        sa.Text(),
        _to("testimonies.id"),
        primary_key=True,
        held=Held(_LOW, "which testimony it was given to", _VOICE),
    ),
    _held("second", sa.Boolean(), primary_key=True, held=Held(_NONE, "by the second coder", _VOICE)),
    _held(
        "code",
        sa.Text(),
        primary_key=True,
        held=Held(_MODERATE, "what it is about: an id of the frame, to count and to find", _VOICE),
    ),
    _held("coder", sa.Text(), _to("moderators.id"), held=Held(_LOW, "who gave it", _VOICE)),
    _held("frame", sa.Text(), held=Held(_NONE, "by which frame", _VOICE)),
    _held("version", sa.Text(), held=Held(_NONE, "in which version", _VOICE)),
    _held("at", Instant(), held=Held(_LOW, "when", _VOICE)),
)

outbox = sa.Table(
    "outbox",
    metadata,
    _held("sequence", _whole, primary_key=True, held=Held(_NONE, "order of what is said", _TRACE)),
    _held("id", sa.Text(), held=_ID),
    _held("key", sa.Text(), held=Held(_LOW, "the same cause never speaks twice (R34)", _TRACE)),
    _held("address", sa.Text(), _to("addresses.id"), held=Held(_MODERATE, "to which chat", _TRACE)),
    _held(
        "about",
        sa.Text(),
        _to("respondents.id"),
        nullable=True,
        held=Held(_MODERATE, "whose words it carries, so that forgetting finds it", _TRACE),
    ),
    _held(
        "kind",
        sa.Text(),
        held=Held(
            _LOW, "first, reply, moderation, notice, hiding, crowded or campaign (R13, S29, S44, S46)", _TRACE
        ),
    ),
    _held(
        "priority", sa.Integer(), held=Held(_NONE, "what is asked of right first, then replies (R17)", _TRACE)
    ),
    _held("state", sa.Text(), held=Held(_LOW, "where it stands", _TRACE)),
    _held(
        "message",
        sa.LargeBinary(),
        nullable=True,
        held=Held(_SEVERE, "what is to be said; may show her own words", _SENT, sealed=True),
    ),
    _held("not_before", Instant(), held=Held(_LOW, "when to send, when to try again (R11)", _TRACE)),
    _held("tries", sa.Integer(), held=Held(_NONE, "how long to wait", _TRACE)),
    _held("holder", sa.Text(), nullable=True, held=Held(_NONE, "which process is sending it (R28)", _TRACE)),
    _held("ended_at", Instant(), nullable=True, held=Held(_LOW, "when to drop the row", _TRACE)),
    sa.UniqueConstraint("id"),
    sa.UniqueConstraint("key"),
)
_DUE = sa.text("state = 'due'")
_UNFINISHED = sa.text("state IN ('due', 'sending')")
sa.Index("ix_outbox_due", outbox.c.priority, outbox.c.sequence, sqlite_where=_DUE, postgresql_where=_DUE)
sa.Index("ix_outbox_next", outbox.c.not_before, sqlite_where=_DUE, postgresql_where=_DUE)
sa.Index(
    "ix_outbox_unfinished",
    outbox.c.address,
    outbox.c.priority,
    outbox.c.sequence,
    sqlite_where=_UNFINISHED,
    postgresql_where=_UNFINISHED,
)
sa.Index("ix_outbox_address", outbox.c.address)
sa.Index("ix_outbox_about", outbox.c.about)
sa.Index("ix_outbox_ended_at", outbox.c.ended_at)

pauses = sa.Table(
    "pauses",
    metadata,
    _held(
        "address",
        sa.Text(),
        primary_key=True,
        held=Held(_LOW, "which chat waits; empty: all of them (R11, R12)", _TRACE),
    ),
    _held("until", Instant(), held=Held(_NONE, "till when", _TRACE)),
)
sa.Index("ix_pauses_until", pauses.c.until)

copies = sa.Table(
    "copies",
    metadata,
    _held("address", sa.Text(), primary_key=True, held=Held(_MODERATE, "in which chat it lies", _COPY)),
    _held(
        "number",
        sa.BigInteger(),
        primary_key=True,
        counted=False,
        held=Held(_LOW, "Telegram's number of a message, to take it out of the chat (S29)", _COPY),
    ),
    _held("at", Instant(), held=Held(_LOW, "how long Telegram lets us take it out", _COPY)),
    _held("stays", sa.Boolean(), held=Held(_NONE, "a receipt is not taken out", _COPY)),
    _held("card", sa.Text(), held=Held(_LOW, "which testimony it shows to a moderator (S43)", _COPY)),
    _held("recording", sa.Boolean(), held=Held(_LOW, "it is held before it is taken out (R30)", _COPY)),
)
sa.Index("ix_copies_at", copies.c.at)

media = sa.Table(
    "media",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("respondent", sa.Text(), _to("respondents.id"), held=Held(_MODERATE, "who sent it", _VOICE)),
    _held("kind", sa.Text(), held=Held(_LOW, "voice, photo, video or file", _VOICE)),
    _held(
        "file",
        sa.LargeBinary(),
        held=Held(
            _HIGH, "Telegram's id of it: fetched by it, shown to moderators by it", _VOICE, sealed=True
        ),
    ),
    _held(
        "unique",
        sa.LargeBinary(),
        held=Held(_HIGH, "Telegram's lasting id of it: the same recording twice", _VOICE, sealed=True),
    ),
    _held("mime", sa.Text(), held=Held(_LOW, "how to read it", _VOICE)),
    _held("size", sa.BigInteger(), held=Held(_LOW, "bytes; quota (S8)", _VOICE)),
    _held("seconds", sa.Integer(), held=Held(_LOW, "length", _VOICE)),
    _held("state", sa.Text(), held=Held(_LOW, "wanted, held or gone", _VOICE)),
    _held("not_before", Instant(), held=Held(_NONE, "when to fetch it", _VOICE)),
    _held("made_at", Instant(), held=Held(_LOW, "order", _VOICE)),
)
sa.Index("ix_media_respondent", media.c.respondent)
_WANTED = sa.text("state = 'wanted'")
sa.Index("ix_media_wanted", media.c.not_before, sqlite_where=_WANTED, postgresql_where=_WANTED)

renditions = sa.Table(
    "renditions",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("testimony", sa.Text(), _to("testimonies.id"), held=Held(_LOW, "of which testimony", _VOICE)),
    _held(
        "kind",
        sa.Text(),
        held=Held(_LOW, "transcript or translation; of what is public, or a draft of that", _VOICE),
    ),
    _held("language", sa.Text(), held=Held(_LOW, "who can read it", _VOICE)),
    _held(
        "words",
        sa.LargeBinary(),
        held=Held(_SEVERE, "her words, written down or translated", _VOICE, sealed=True),
    ),
    _held("by", sa.Text(), _to("moderators.id"), held=Held(_LOW, "who put it there", _VOICE)),
    _held("tool", sa.Text(), held=Held(_NONE, "the program that made it; empty: by hand", _VOICE)),
    _held("at", Instant(), held=Held(_LOW, "when", _VOICE)),
    _held(
        "accepted_by",
        sa.Text(),
        _to("moderators.id"),
        nullable=True,
        held=Held(_LOW, "who found it right", _VOICE),
    ),
    _held("accepted_at", Instant(), nullable=True, held=Held(_LOW, "when", _VOICE)),
)
sa.Index("ix_renditions_testimony", renditions.c.testimony)
_WAITING = sa.text("kind = 'public' AND accepted_by IS NULL")
sa.Index(
    "ix_renditions_waiting",
    renditions.c.at,
    renditions.c.id,
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)

forms = sa.Table(
    "forms",
    metadata,
    _held("name", sa.Text(), primary_key=True, held=Held(_NONE, "which form", _ALWAYS)),
    _held("version", sa.Text(), primary_key=True, held=Held(_NONE, "sessions pin it (R22)", _ALWAYS)),
    _held("xml", sa.Text(), held=Held(_NONE, "what the author wrote", _ALWAYS)),
    _held("current", sa.Boolean(), held=Held(_NONE, "which version begins", _ALWAYS)),
    _held("published_at", Instant(), nullable=True, held=Held(_NONE, "since when; empty: a draft", _ALWAYS)),
    _held("partner", sa.Text(), nullable=True, held=Held(_NONE, "whose form; empty: built in", _ALWAYS)),
    _held("kept_at", Instant(), held=Held(_NONE, "when it was read", _ALWAYS)),
    _held("withdrawn_at", Instant(), nullable=True, held=Held(_NONE, "no longer asked (R22)", _ALWAYS)),
)
_CURRENT = sa.text("current")
sa.Index("ix_forms_current", forms.c.name, unique=True, sqlite_where=_CURRENT, postgresql_where=_CURRENT)

contents = sa.Table(
    "contents",
    metadata,
    _held("digest", sa.Text(), primary_key=True, held=Held(_NONE, "SHA-256 of it: kept once", _SHOWN)),
    _held("content", sa.LargeBinary(), held=Held(_NONE, "what an author's form shows", _SHOWN)),
    _held("kept_at", Instant(), held=Held(_NONE, "when a form last brought it", _SHOWN)),
    _held("bot", sa.Text(), nullable=True, held=Held(_NONE, "which bot brought it to Telegram", _SHOWN)),
    _held(
        "file",
        sa.LargeBinary(),
        nullable=True,
        held=Held(_NONE, "Telegram's id of it for that bot", _SHOWN, sealed=True),
    ),
)

attachments = sa.Table(
    "attachments",
    metadata,
    _held("form", sa.Text(), primary_key=True, held=Held(_NONE, "which form shows it", _ALWAYS)),
    _held("version", sa.Text(), primary_key=True, held=Held(_NONE, "in which version", _ALWAYS)),
    _held("name", sa.Text(), primary_key=True, held=Held(_NONE, "what the author calls it", _ALWAYS)),
    _held("digest", sa.Text(), _to("contents.digest"), held=Held(_NONE, "where it is", _ALWAYS)),
    _held("mime", sa.Text(), held=Held(_NONE, "how to send it", _ALWAYS)),
)
sa.Index("ix_attachments_digest", attachments.c.digest)

uploads = sa.Table(
    "uploads",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("moderator", sa.Text(), _to("moderators.id"), held=Held(_LOW, "whom to tell", _READ)),
    _held(
        "file",
        sa.LargeBinary(),
        held=Held(_LOW, "Telegram's id of a form that was sent, to fetch it by", _READ, sealed=True),
    ),
    _held("tries", sa.Integer(), held=Held(_NONE, "when to give up", _READ)),
    _held("not_before", Instant(), held=Held(_NONE, "when to try again", _READ)),
)
sa.Index("ix_uploads_not_before", uploads.c.not_before)

rooms = sa.Table(
    "rooms",
    metadata,
    _held(
        "address",
        sa.Text(),
        _to("addresses.id"),
        primary_key=True,
        held=Held(_MODERATE, "which group: its chat lies there, sealed, found by a keyed hash", _ROOM),
    ),
    _held("partner", sa.Text(), _to("partners.id"), held=Held(_LOW, "whose moderators sit there", _ROOM)),
    _held("language", sa.Text(), held=Held(_NONE, "which language is spoken to all of them", _ROOM)),
    _held("topics", sa.Boolean(), held=Held(_NONE, "whether it has topics we may make", _ROOM)),
    _held("looked_at", Instant(), nullable=True, held=Held(_NONE, "when to look at it again", _ROOM)),
)
posts = sa.Table(
    "posts",
    metadata,
    _held(
        "room", sa.Text(), _to("rooms.address"), primary_key=True, held=Held(_NONE, "in which room", _ROOM)
    ),
    _held(
        "language",
        sa.Text(),
        primary_key=True,
        held=Held(_NONE, "of which language it tells; empty: of all", _ROOM),
    ),
    _held("thread", sa.BigInteger(), nullable=True, held=Held(_NONE, "the topic it stands in", _ROOM)),
    _held(
        "message",
        sa.BigInteger(),
        nullable=True,
        held=Held(_NONE, "its number in the group, to change it", _ROOM),
    ),
    _held("said", sa.Text(), held=Held(_NONE, "a hash of what was said last, to say it once", _ROOM)),
    _held("asked_at", Instant(), nullable=True, held=Held(_NONE, "since when it waits to be said", _ROOM)),
)
filters = sa.Table(
    "filters",
    metadata,
    _held("address", sa.Text(), _to("addresses.id"), primary_key=True, held=Held(_LOW, "whose", _READER)),
    _held(
        "kind",
        sa.Text(),
        primary_key=True,
        held=Held(_NONE, "languages, countries, themes, forms or campaigns", _READER),
    ),
    _held(
        "code",
        sa.Text(),
        primary_key=True,
        held=Held(_LOW, "what of the queue a moderator wants to see", _READER),
    ),
)

journal = sa.Table(
    "journal",
    metadata,
    _held("n", _whole, primary_key=True, counted=False, held=Held(_NONE, "order", _ALWAYS)),
    _held("at", Instant(), held=Held(_LOW, "when", _ALWAYS)),
    _held("actor", sa.Text(), held=Held(_LOW, "who: an opaque id", _ALWAYS)),
    _held("verb", sa.Text(), held=Held(_LOW, "did what", _ALWAYS)),
    _held("object", sa.Text(), held=Held(_LOW, "to which thing: an opaque id", _ALWAYS)),
    _held(
        "hash",
        sa.Text(),
        nullable=True,
        held=Held(
            _NONE, "keyed hash of the line and of the one before: no line changes unseen (S42)", _ALWAYS
        ),
    ),
)
"""The migration 0005 gives it the triggers by which the database refuses to change or drop a line."""
sa.Index("ix_journal_actor", journal.c.actor)
sa.Index("ix_journal_object", journal.c.object)

marks = sa.Table(
    "marks",
    metadata,
    _held("name", sa.Text(), primary_key=True, held=Held(_NONE, "what is remembered", _MARK)),
    _held("value", sa.Text(), held=Held(_NONE, "small facts of the process: the polling offset", _MARK)),
    _held(
        "until",
        Instant(),
        nullable=True,
        held=Held(_NONE, "until when a count of wrong invitations counts (S24); empty: it is kept", _MARK),
    ),
)

responses = sa.Table(
    "responses",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("partner", sa.Text(), _to("partners.id"), held=Held(_NONE, "who answers (S20)", _TEAM)),
    _held("about", sa.Text(), held=Held(_NONE, "to whom: a theme, a form, or all who told", _TEAM)),
    _held("moderator", sa.Text(), _to("moderators.id"), held=Held(_LOW, "who began it", _TEAM)),
    _held(
        "words",
        sa.LargeBinary(),
        held=Held(_LOW, "what people said and what was done, by language", _TEAM, sealed=True),
    ),
    _held("sent_at", Instant(), nullable=True, held=Held(_NONE, "it goes out once", _TEAM)),
    _held("version", sa.Integer(), held=_VERSION),
)
sa.Index("ix_responses_partner", responses.c.partner, responses.c.sent_at)
sa.Index("ix_responses_moderator", responses.c.moderator)

campaigns = sa.Table(
    "campaigns",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("partner", sa.Text(), _to("partners.id"), held=Held(_NONE, "who asks (S20)", _TEAM)),
    _held(
        "moderator", sa.Text(), _to("moderators.id"), held=Held(_LOW, "who made it or changed it last", _TEAM)
    ),
    _held(
        "approved_by",
        sa.Text(),
        _to("moderators.id"),
        nullable=True,
        held=Held(_LOW, "the second person who approved it (R15)", _TEAM),
    ),
    _held("form", sa.Text(), held=Held(_NONE, "what is asked", _TEAM)),
    _held("state", sa.Text(), held=Held(_NONE, "where it stands (R16)", _TEAM)),
    _held("code", sa.Text(), held=Held(_NONE, "what its link carries: worth nothing by itself (S24)", _TEAM)),
    _held(
        "plan",
        sa.LargeBinary(),
        held=Held(_LOW, "whom it asks, when and in which words; what was counted", _TEAM, sealed=True),
    ),
    _held("planned_day", sa.Text(), server_default="", held=Held(_NONE, "how far it is expanded", _TEAM)),
    _held(
        "planned_after",
        sa.Text(),
        server_default="",
        held=Held(_LOW, "and after which respondent of that day", _TEAM),
    ),
    _held(
        "card_address",
        sa.Text(),
        nullable=True,
        held=Held(_MODERATE, "in which chat a lead watches it", _TEAM),
    ),
    _held("card_message", sa.BigInteger(), nullable=True, held=Held(_LOW, "by which message", _TEAM)),
    _held("card_says", sa.Text(), server_default="", held=Held(_NONE, "a hash of what it says", _TEAM)),
    _held("started_at", Instant(), nullable=True, held=Held(_NONE, "since when it runs", _TEAM)),
    _held("ended_at", Instant(), nullable=True, held=Held(_NONE, "when it ended", _TEAM)),
    _held("version", sa.Integer(), held=_VERSION),
    sa.UniqueConstraint("code"),
)
sa.Index("ix_campaigns_partner", campaigns.c.partner, campaigns.c.state)
sa.Index("ix_campaigns_moderator", campaigns.c.moderator)
sa.Index("ix_campaigns_approved_by", campaigns.c.approved_by)

rhythms = sa.Table(
    "rhythms",
    metadata,
    _held(
        "respondent",
        sa.Text(),
        _to("respondents.id"),
        primary_key=True,
        held=Held(_MODERATE, "whose", _PERSON),
    ),
    _held("zone", sa.Text(), held=Held(_MODERATE, "her own time of day; from country or district", _PERSON)),
    _held("every", sa.Text(), held=Held(_LOW, "how often she wants to be asked", _PERSON)),
    _held("part", sa.Text(), held=Held(_LOW, "at which part of her day", _PERSON)),
    _held("quiet_begins", sa.Integer(), held=Held(_LOW, "when we keep quiet", _PERSON)),
    _held("quiet_ends", sa.Integer(), held=Held(_LOW, "until when", _PERSON)),
    _held("paused_until", sa.Text(), nullable=True, held=Held(_LOW, "not before this day", _PERSON)),
    _held("digest", sa.Boolean(), held=Held(_LOW, "she wants to read others’ voices each week", _PERSON)),
    _held("next_day", sa.Text(), nullable=True, held=Held(_LOW, "when she is asked next", _PERSON)),
    _held("version", sa.Integer(), held=_VERSION),
)
sa.Index("ix_rhythms_next_day", rhythms.c.next_day)

checkins = sa.Table(
    "checkins",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("campaign", sa.Text(), held=Held(_LOW, "of which campaign; empty: her own rhythm", _ASKED)),
    _held("partner", sa.Text(), _to("partners.id"), held=Held(_LOW, "who asks (S20)", _ASKED)),
    _held("respondent", sa.Text(), _to("respondents.id"), held=Held(_MODERATE, "who is asked", _ASKED)),
    _held("day", sa.Text(), held=Held(_LOW, "once for a day of hers (R19)", _ASKED)),
    _held("minute", sa.Integer(), held=Held(_LOW, "at which minute of it", _ASKED)),
    _held("zone", sa.Text(), held=Held(_MODERATE, "by whose clock", _ASKED)),
    _held("due_at", Instant(), held=Held(_LOW, "that moment, worked out", _ASKED)),
    _held("expires_at", Instant(), held=Held(_LOW, "when it closes silently (R21)", _ASKED)),
    _held("form", sa.Text(), held=Held(_NONE, "what is asked", _ASKED)),
    _held("language", sa.Text(), held=Held(_LOW, "in which language", _ASKED)),
    _held("arm", sa.Text(), held=Held(_NONE, "in which wording", _ASKED)),
    _held("stage", sa.Text(), held=Held(_LOW, "how far it came", _ASKED)),
    _held("reason", sa.Text(), held=Held(_LOW, "why it did not", _ASKED)),
    _held("reply", sa.Text(), held=Held(_LOW, "what she did with it", _ASKED)),
    _held("reminders", sa.Integer(), held=Held(_LOW, "how often she was reminded", _ASKED)),
    _held("remind_at", Instant(), nullable=True, held=Held(_LOW, "when she is next", _ASKED)),
    _held("reminded_at", Instant(), nullable=True, held=Held(_LOW, "when she was last", _ASKED)),
    _held("sent_at", Instant(), nullable=True, held=Held(_LOW, "never too often (the weekly cap)", _ASKED)),
    _held("started_at", Instant(), nullable=True, held=Held(_LOW, "how many began", _ASKED)),
    _held("finished_at", Instant(), nullable=True, held=Held(_LOW, "how many finished", _ASKED)),
    _held("reached", sa.Text(), held=Held(_LOW, "at which question she stands", _ASKED)),
    _held("testimony", sa.Text(), held=Held(_LOW, "what came of it", _ASKED)),
    _held("voices", sa.Text(), held=Held(_LOW, "by which of her voices she may be told it", _ASKED)),
    sa.UniqueConstraint("campaign", "respondent", "day"),
)
_PLANNED = sa.text("stage = 'planned'")
_QUEUED = sa.text("stage = 'queued'")
_REMINDS = sa.text("remind_at IS NOT NULL")
sa.Index(
    "ix_checkins_due", checkins.c.due_at, checkins.c.id, sqlite_where=_PLANNED, postgresql_where=_PLANNED
)
sa.Index("ix_checkins_late", checkins.c.expires_at, sqlite_where=_PLANNED, postgresql_where=_PLANNED)
sa.Index("ix_checkins_queued", checkins.c.campaign, sqlite_where=_QUEUED, postgresql_where=_QUEUED)
sa.Index("ix_checkins_remind", checkins.c.remind_at, sqlite_where=_REMINDS, postgresql_where=_REMINDS)
sa.Index("ix_checkins_campaign", checkins.c.campaign, checkins.c.stage)
sa.Index("ix_checkins_respondent", checkins.c.respondent, checkins.c.sent_at)
sa.Index("ix_checkins_due_at", checkins.c.due_at)

offers = sa.Table(
    "offers",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held(
        "testimony",
        sa.Text(),
        _to("testimonies.id"),
        held=Held(_LOW, "to which published voice it answers", _VOICE),
    ),
    _held("respondent", sa.Text(), _to("respondents.id"), held=Held(_MODERATE, "who answers", _PERSON)),
    _held("partner", sa.Text(), _to("partners.id"), held=Held(_LOW, "the partner of that voice", _PERSON)),
    _held("kind", sa.Text(), held=Held(_LOW, "this helps us too, or we can offer", _PERSON)),
    _held(
        "words",
        sa.LargeBinary(),
        nullable=True,
        held=Held(_HIGH, "what is offered, told to that partner alone", _PERSON, sealed=True),
    ),
    _held("at", Instant(), held=Held(_LOW, "when", _PERSON)),
    _held("read_at", Instant(), nullable=True, held=Held(_LOW, "the partner has seen it", _PERSON)),
    sa.UniqueConstraint("testimony", "respondent", "kind"),
)
sa.Index("ix_offers_partner", offers.c.partner, offers.c.read_at)
sa.Index("ix_offers_respondent", offers.c.respondent)

exports = sa.Table(
    "exports",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("partner", sa.Text(), _to("partners.id"), held=Held(_NONE, "for whom (S20)", _OUT)),
    _held("form", sa.Text(), held=Held(_NONE, "what of theirs was taken out", _OUT)),
    _held("kind", sa.Text(), held=Held(_NONE, "as which kind of files", _OUT)),
    _held("actor", sa.Text(), held=Held(_LOW, "by whom: the operator, or a role", _OUT)),
    _held("made_at", Instant(), held=Held(_NONE, "when", _OUT)),
    _held("count", sa.Integer(), held=Held(_LOW, "how many voices left", _OUT)),
    _held("expires_at", Instant(), held=Held(_NONE, "by when every copy must be destroyed (S41)", _OUT)),
)
sa.Index("ix_exports_partner", exports.c.partner, exports.c.made_at)
sa.Index("ix_exports_expires_at", exports.c.expires_at)
targets = sa.Table(
    "targets",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("partner", sa.Text(), _to("partners.id"), held=Held(_NONE, "whose server it is (S20)", _TEAM)),
    _held("form", sa.Text(), held=Held(_NONE, "which form is handed on there", _TEAM)),
    _held("name", sa.Text(), held=Held(_NONE, "what people are told it is called", _TEAM)),
    _held("known_as", sa.Text(), held=Held(_NONE, "the form’s id there; empty: ours", _TEAM)),
    _held(
        "access",
        sa.LargeBinary(),
        nullable=True,
        held=Held(_HIGH, "its address, and by what it knows us", "until it is removed", sealed=True),
    ),
    _held("standing", sa.Text(), held=Held(_NONE, "whether it is tried", _TEAM)),
    _held("reason", sa.Text(), held=Held(_NONE, "why it is not", _TEAM)),
    _held("failures", sa.Integer(), held=Held(_NONE, "how long to wait", _TEAM)),
    _held("not_before", Instant(), nullable=True, held=Held(_NONE, "until when", _TEAM)),
    _held("made_at", Instant(), held=Held(_NONE, "order", _TEAM)),
)
sa.Index("ix_targets_partner", targets.c.partner)

forwards = sa.Table(
    "forwards",
    metadata,
    _held("id", sa.Text(), primary_key=True, held=_ID),
    _held("target", sa.Text(), _to("targets.id"), held=Held(_LOW, "where it is handed on", _HANDED)),
    _held(
        "testimony",
        sa.Text(),
        _to("testimonies.id"),
        nullable=True,
        held=Held(_LOW, "which testimony; empty once she left", _HANDED),
    ),
    _held("instance", sa.Text(), held=Held(_LOW, "by what it is known there", _HANDED)),
    _held("state", sa.Text(), held=Held(_LOW, "how far it is", _HANDED)),
    _held("tries", sa.Integer(), held=Held(_NONE, "how often it was tried", _HANDED)),
    _held("due_at", Instant(), held=Held(_NONE, "when it is tried next", _HANDED)),
    _held("left_at", Instant(), nullable=True, held=Held(_LOW, "since when a copy may be there", _HANDED)),
    _held("ended_at", Instant(), nullable=True, held=Held(_LOW, "since when it surely is", _HANDED)),
    _held("reason", sa.Text(), held=Held(_NONE, "why it is held, or waits", _HANDED)),
    _held(
        "pinned",
        sa.LargeBinary(),
        nullable=True,
        held=Held(
            _SEVERE,
            "what is sent, so that each try is the same: redacted words, names of files",
            "until it is sent or taken back",
            sealed=True,
        ),
    ),
    _held(
        "digest",
        sa.LargeBinary(),
        nullable=True,
        held=Held(
            _LOW,
            "the SHA-256 of what was sent: sealed, for it would tell who guesses right",
            _HANDED,
            sealed=True,
        ),
    ),
    sa.UniqueConstraint("target", "testimony"),
)
_FORWARDED = sa.text("state IN ('due', 'sending')")
sa.Index(
    "ix_forwards_due",
    forwards.c.target,
    forwards.c.due_at,
    forwards.c.id,
    sqlite_where=_FORWARDED,
    postgresql_where=_FORWARDED,
)
sa.Index("ix_forwards_testimony", forwards.c.testimony)

leases = sa.Table(
    "leases",
    metadata,
    _held(
        "name",
        sa.Text(),
        primary_key=True,
        held=Held(_NONE, "a duty that one process has, or a process itself: it is alive (R26)", _ALIVE),
    ),
    _held("holder", sa.Text(), held=Held(_NONE, "which process has it: a random name", _ALIVE)),
    _held("until", Instant(), held=Held(_NONE, "when another may, by the database's own clock", _ALIVE)),
)
