"""Forward: an accepted testimony on its way to a partner's own data server (ODK Central, KoboToolbox) as a row, the
table of its states, and what a server's answers mean. Pure.

OpenRosa (https://docs.getodk.org/openrosa/) makes a retry harmless where it is byte-identical: the same instanceID with
the same XML is taken once, whatever the server calls it (Central 201, KoboToolbox 202).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import NAMESPACE_OID, uuid5

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""Hosts that are reached by plain http too: nobody listens in between."""

LARGEST = 10_000_000
"""Bytes of the largest request to a server that does not say how much it takes (KoboToolbox says as many)."""


BEGINNING = (datetime(1970, 1, 1, tzinfo=UTC), "")
"""Before every testimony, in the order in which they came."""


class Standing(StrEnum):
    """Where a target stands: `stopped` by what its server answered, `paused` by an operator, `removed` for good."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"
    REMOVED = "removed"


class State(StrEnum):
    """Where a forward stands. `taken_back`: what was handed on may not be there any more, and a person asks for it."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    HELD = "held"
    TAKEN_BACK = "taken_back"


MOVES: dict[State, dict[str, State]] = {
    State.DUE: {"begin": State.SENDING, "hold": State.HELD, "take back": State.TAKEN_BACK},
    State.SENDING: {
        "begin": State.SENDING,  # who sent it is gone, and it is sent again
        "sent": State.SENT,
        "later": State.DUE,
        "hold": State.HELD,
        "take back": State.TAKEN_BACK,
    },
    State.HELD: {"again": State.DUE, "done": State.SENT, "take back": State.TAKEN_BACK},
    State.SENT: {"take back": State.TAKEN_BACK},
    State.TAKEN_BACK: {"again": State.DUE},
}


def instance_id(testimony: str) -> str:
    """The same at every time and to everybody, so that who has it already knows it; it says nothing of our own id."""
    return f"uuid:{uuid5(NAMESPACE_OID, testimony)}"


@dataclass(frozen=True, slots=True)
class Access:
    """Where a server takes submissions, and how it knows us. Any of it may be a secret (Central's app users and
    KoboToolbox's collectors carry theirs in the address), so none is ever shown.

    `address`: what ODK Collect calls the server's URL, without `/submission`. `user` and `password`, or `token`.
    """

    address: str = field(repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @property
    def origin(self) -> str:
        """The server, as it may be shown: https://host."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"


def address(written: str) -> str:
    """An address as it is used; ValueError where it is none, or would show what is sent to the network."""
    text = written.strip().rstrip("/").removesuffix("/submission").removesuffix("/formList").rstrip("/")
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.scheme not in {"http", "https"}:
        raise ValueError("address: must be like https://central.example.org/v1/key/…/projects/1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(
            "address: must be bare, without @, ? and #; a name and password have keys of their own"
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("address: must use https, else the network would see what is sent")
    return text


@dataclass(frozen=True, slots=True)
class Target:
    """Where accepted testimonies of one form of one partner are handed on. `name`: as people shall read it.

    `known_as`: the form's id there, "" where it is ours (KoboToolbox gives its own). `reason`: why it is stopped.
    `failures`: how often in a row it could not take anything; nothing is tried before `not_before`. Once it is removed
    its access is empty.
    """

    id: str
    partner: str
    form: str
    name: str
    access: Access
    made_at: datetime
    known_as: str = ""
    standing: Standing = Standing.ACTIVE
    reason: str = ""
    failures: int = 0
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pinned:
    """What is sent, from the first try to the last: the XML, its files (name: media id), and a digest of the redacted
    words in it.
    """

    xml: str = field(repr=False)
    files: Mapping[str, str] = field(repr=False)
    words: str


@dataclass(frozen=True, slots=True)
class Forward:
    """One testimony and target. `instance`: its instanceID, made once. `left_at`: since when a copy may be there.

    `pinned` is kept while it is tried; `digest` (SHA-256 of the XML) stays. `testimony` is "" once she left.
    """

    id: str
    target: str
    testimony: str
    instance: str
    state: State
    due_at: datetime
    tries: int = 0
    left_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    pinned: Pinned | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file beside a submission."""

    name: str
    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request. `status` 0: no answer came; `seen`: the server may have read the request.

    `after`: seconds the server asks us to wait. `largest`: bytes it takes at once, where it says so. `closed`: it says
    that the form takes no more submissions.
    """

    status: int = 0
    seen: bool = True
    after: float | None = None
    largest: int | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """The forms a server offers to us, by id, each with its versions; or what it answered instead."""

    answer: Answer
    forms: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """It is there."""


@dataclass(frozen=True, slots=True)
class Hold:
    """It is not taken, and no further try would change that: a person looks at it. `there`: one with its instanceID is
    there.
    """

    reason: str
    there: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing is taken from us at all: a person looks at the target."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """It may be taken later: after so many seconds where the server says so. `there`: it may be there already."""

    reason: str
    after: float | None = None
    there: bool = True


Outcome = Taken | Hold | Stop | Later

TAKEN = frozenset({201, 202})
"""New, or the same again: Central says 201 to both, KoboToolbox 202 to the latter."""

STOPS: Mapping[int, str] = {
    401: "the server does not know us, or has not let us to this form (401): look at the name, password or token",
    402: "the account there is over its quota (402)",
    403: "the key or account there is not known any more, or may not submit to this form (403)",
    405: "the account or the form there is not active (405)",
    410: "what the address names is gone there (410)",
}
"""What would meet every submission alike."""

CLOSED = "the form is closed there ({status}): open it there"
"""What Central says by the status by which it also says that another one with the same instanceID is there."""

HOLDS: Mapping[int, str] = {
    400: "the server cannot read it (400)",
    404: "the form is not there in this version (404): publish it there, then send it again",
    409: "another one with this instanceID is there, or it was changed or deleted there (409): look which is right",
    413: "it is larger than the server takes (413)",
}

PATIENCE = frozenset({408, 423, 425, 429})
"""Not now: KoboToolbox says 423 while it works on the same one."""

TOO_LARGE = "a file is larger than the server takes: all else is there"
CHANGED = "names were hidden in it since it may have arrived: look what is there"


def meaning(answer: Answer) -> Outcome:
    """What an answer to a submission means."""
    status = answer.status
    if status in TAKEN:
        return Taken()
    if not status:
        return Later("no answer came" if answer.seen else "it cannot be reached", there=answer.seen)
    if status in PATIENCE or status >= 500:
        return Later(f"it answered {status}", answer.after)
    if answer.closed:
        return Stop(CLOSED.format(status=status))
    if status in STOPS:
        return Stop(STOPS[status])
    if 300 <= status < 400:
        return Stop(f"it sends us elsewhere ({status}), where nothing of ours goes: look at the address")
    return Hold(HOLDS.get(status, f"it answered {status}, which nobody foresaw"), there=status == 409)


def wait(failures: int, chance: Callable[[], float]) -> timedelta:
    """How long to wait after so many failures in a row: about 5, 10, 20 … seconds, at most an hour, never just the
    same.
    """
    return timedelta(seconds=min(3600, 5 * 2 ** min(failures - 1, 12)) * (0.75 + chance() / 2))


OVERHEAD = 1_024
"""Bytes of a request beside what it carries, and beside each file: boundaries and headers."""


def portions(xml: bytes, files: Sequence[File], largest: int) -> tuple[list[list[File]], list[File]]:
    """The files of each request, every one with the same XML and none larger than the server takes; and those that fit
    into none.
    """
    room = largest - OVERHEAD - len(xml)
    parts: list[list[File]] = [[]]
    left, over = room, []
    for file in files:
        size = len(file.content) + OVERHEAD
        if size > room:
            over.append(file)
            continue
        if size > left:
            parts.append([])
            left = room
        parts[-1].append(file)
        left -= size
    return parts, over
