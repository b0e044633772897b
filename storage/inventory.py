"""The data inventory: what is held about whom, why and for how long, read from the tables themselves (S49).

`python -m storage.inventory` writes docs/data.md, column by column, and the table of docs/privacy/README.md, purpose by
purpose; a test holds both to the tables.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from storage.tables import Held, Sensitivity, metadata

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "data.md"
OVERVIEW = DOCS / "privacy" / "README.md"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What some tables are for together: what is held, why, on what ground (articles of the GDPR), who sees it."""

    what: str
    why: str
    ground: str
    seen_by: str
    tables: tuple[str, ...]


_CONSENT = "her explicit consent (6(1)(a), 9(2)(a))"
_SERVICE = "what her consent asks for (6(1)(a))"
_RUNNING = "a working, safe service (6(1)(f))"
_NOBODY = "nobody; the bot itself"

PURPOSES = (
    Purpose(
        "What people tell: answers, voice notes, photos, and what was asked back",
        "to be read and answered, and to make needs known",
        _CONSENT,
        "volunteers of her partner; what is sensitive, focal points alone; herself (/mine, /mydata)",
        ("testimonies", "renditions", "media", "sessions", "redactions"),
    ),
    Purpose(
        "What they allow, with the words they saw",
        "to do only what is allowed, and to prove it",
        "the duty to prove consent (6(1)(c), 7(1))",
        "volunteers of her partner; herself",
        ("consents", "permissions", "publications"),
    ),
    Purpose(
        "What everybody may read: redacted words in the clear, a language, a country, a week, themes",
        "to let the public pages be read quickly, and to take a voice off them at once",
        _CONSENT,
        "everybody",
        ("shown", "shown_themes", "shown_translations"),
    ),
    Purpose(
        "A photo that everybody may see with published words, made anew from its pixels",
        "to show it while she allows that, and only with words she allows",
        _CONSENT,
        "everybody",
        ("pictures",),
    ),
    Purpose(
        "Sensitive voices as cases: a code, a clock, who has it, what she decided about a referral",
        "to be looked at soon, by named people alone, and never by those it speaks of",
        _CONSENT,
        "focal points of the partner that reads it; herself",
        ("cases", "case_steps"),
    ),
    Purpose(
        "Where to answer them: a sealed chat, a language, whether we may write first",
        "to answer, and to stop when asked",
        _SERVICE,
        _NOBODY,
        ("addresses", "respondents", "pauses"),
    ),
    Purpose(
        "What just came, what is about to be said, and which numbers messages in the chat have",
        "to lose nothing, say nothing twice, and take it out of the chat again",
        _SERVICE,
        _NOBODY,
        ("inbox", "outbox", "copies"),
    ),
    Purpose(
        "Who reads, for whom, and what they decided",
        "to let nobody else read, and to know who decided what",
        _RUNNING,
        "the operator (`voices team list`); the partner's volunteers",
        ("partners", "associations", "regions", "moderators", "invitations", "filters", "decisions", "looks"),
    ),
    Purpose(
        "Groups in which moderators sit together: a sealed chat, and the numbers of our messages there",
        "to tell them how many voices wait, never one of them",
        _RUNNING,
        "whoever is in the group sees the counts",
        ("rooms", "posts"),
    ),
    Purpose(
        "What a testimony is about: ids of themes, and which volunteer gave them",
        "to count what people live through, and to see whether two readers find the same",
        _CONSENT,
        "volunteers of her partner; herself (/mydata)",
        ("codings", "codes"),
    ),
    Purpose(
        "What partners answer to those who told: “you said, we did”, by language, and which volunteer began it",
        "so that people learn what came of their words",
        _RUNNING,
        "leads of the partner; who spoke of it and agreed to be contacted",
        ("responses",),
    ),
    Purpose(
        "How often and when she wants to be asked; that she was asked, and what she did with it",
        "to ask again decently: at a good hour, never too often; and to see whether asking works",
        _SERVICE,
        "herself (/checkins); of her answers alone volunteers of her partner",
        ("rhythms", "checkins"),
    ),
    Purpose(
        "What partners plan to ask, of whom and when",
        "to ask the right people, once",
        _RUNNING,
        "leads of the partner",
        ("campaigns",),
    ),
    Purpose(
        "What people answer to published voices: this helps us too, we can offer",
        "so that local groups help one another, by way of the partner",
        _CONSENT,
        "volunteers of the partner whose voice it was; herself",
        ("offers",),
    ),
    Purpose(
        "That a partner took voices out as files: what, how many, and the day by which to destroy them",
        "so that no copy outlives its day",
        "answering for what is done (5(2), 6(1)(f))",
        "the operator (`voices exports`)",
        ("exports",),
    ),
    Purpose(
        "Where accepted voices are handed on, and which of them are there",
        "to bring what may be shared to a partner’s own data server, once, and to ask it back",
        _CONSENT,
        "the operator; on that server whoever the partner lets in; herself (/mydata)",
        ("targets", "forwards"),
    ),
    Purpose(
        "What was done and when, by opaque ids and without a word",
        "to find abuse and mistakes",
        "answering for what is done (5(2), 6(1)(f))",
        "the operator",
        ("journal",),
    ),
    Purpose(
        "Keys of each person's data, and marks of who left",
        "to seal; to forget for good, out of backups too",
        "security and erasure (17, 32; 6(1)(c))",
        _NOBODY,
        ("data_keys", "tombstones"),
    ),
    Purpose(
        "Forms, what they show, frames of themes, and small facts of the machine",
        "to ask, and to run",
        "none needed: nobody is in it",
        "authors of the partner; the operator",
        ("forms", "frames", "contents", "attachments", "uploads", "guidance", "marks", "leases"),
    ),
)
"""The record of processing (GDPR 30): every table is in exactly one of them."""

_BETWEEN = re.compile("(<!-- held -->\n).*(<!-- /held -->)", re.DOTALL)

_INTRO = """# What we hold

Every column of every table: how sensitive it is (the classes of the IASC Operational Guidance on Data Responsibility),
whether it is sealed, what it is for, how long it is kept. This page is written by `python -m storage.inventory` from
`storage/tables.py`; a test compares the two, and both with the schema of a migrated database.

**Sealed** means AES-256-GCM under a key that is not in the database: one data key for each respondent, one for the
house, each wrapped by the key file. Forgetting someone destroys their data key with their rows, so that no copy made
afterwards can be read; what an older backup holds is erased again after its restore, and what was allowed in it and
taken back since is taken back again, by the tombstones and by a list of them that is kept beside the data (`forgotten`:
the same keyed hashes, each with its day). A Telegram id is never stored: an address is found by a keyed hash
(HMAC-SHA-256 with a key of its own) and its chat id is sealed.

What is not sealed can be read by whoever takes the database without the keys: random ids, states, times, counts,
languages, countries, which form was used, which purposes were agreed to, and the redacted words and photos of what is
published.
On PostgreSQL a row that was deleted stays in the files until the next vacuum, and in the write-ahead log until it is
recycled; on SQLite it is overwritten, and when someone is forgotten the log is cut at once.

Recordings lie in the vault, a folder of files under names that are keyed hashes, each sealed with the data key of its
respondent; they go with their row in `media`.
"""

_HEAD = "| column | sensitivity | sealed | purpose | kept |\n|---|---|---|---|---|"


def held(column: sa.Column[object]) -> Held:
    """Why a column is there; KeyError where nobody said so."""
    reason: Held = column.info["class"]
    return reason


def columns() -> dict[str, dict[str, Held]]:
    """Every table, and why each of its columns is there."""
    tables = sorted(metadata.tables.values(), key=lambda table: table.name)
    return {table.name: {column.name: held(column) for column in table.columns} for table in tables}


def page() -> str:
    """The inventory as Markdown: one table of columns for each table."""
    tables = sorted(metadata.tables.values(), key=lambda table: table.name)
    return "\n".join([_INTRO, *map(_section, tables)])


def _section(table: sa.Table) -> str:
    return f"## {table.name}\n\n{_HEAD}\n" + "\n".join(map(_row, table.columns)) + "\n"


def _row(column: sa.Column[object]) -> str:
    why = held(column)
    sealed = "sealed" if why.sealed else ""
    return f"| {column.name} | {why.sensitivity} | {sealed} | {why.purpose} | {why.retention} |"


def overview(text: str) -> str:
    """A page with the table of purposes put between its marks."""
    head = "| what | why | on what ground | who sees it | at worst | kept |\n|---|---|---|---|---|---|"
    rows = "\n".join([head, *map(_purpose, PURPOSES)])
    return _BETWEEN.sub(lambda found: f"{found[1]}{rows}\n{found[2]}", text)


def _purpose(purpose: Purpose) -> str:
    columns = [held(column) for name in purpose.tables for column in metadata.tables[name].columns]
    worst = max((each.sensitivity for each in columns), key=list(Sensitivity).index)
    sealed = ", sealed" if any(each.sealed and each.sensitivity is worst for each in columns) else ""
    terms = dict.fromkeys(each.retention for each in columns if each.retention != "with its row")
    kept = " · ".join(terms)
    cells = (purpose.what, purpose.why, purpose.ground, purpose.seen_by, f"{worst}{sealed}", kept)
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    OVERVIEW.write_text(overview(OVERVIEW.read_text(encoding="utf-8")), encoding="utf-8")
