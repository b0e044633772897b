"""The journal: who did what to which thing, when; and the chain that shows whether it is as it was written.

No words of anyone are in it. Each line carries the keyed hash of itself and of the hash before it, so that whoever has
the rows without the key file can change none of them unseen. A line may also come without: what was written before
there was a chain, and what is done where the keys are not. The next hash covers it.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

Mark = Callable[[str], str]
"""A keyed hash."""


@dataclass(frozen=True, slots=True)
class Deed:
    """`actor` and `object` are opaque ids ("moderator:…", "testimony:…", "operator", "respondent:…"). `n`: its line,
    once it was written.
    """

    at: datetime
    actor: str
    verb: str
    object: str
    n: int = field(default=0, compare=False)


READS = ("took", "took to code", "opened", "undid")
"""What a moderator does to see what somebody told."""

PASSED_FROM, PASSED_TO = "passed on from", "passed on to"
"""A testimony went from one partner to another: their ids follow. Who read it before is known by that (S46)."""

BACKED_UP = ("operator", "backed up")
"""Actor and verb of the one deed that is done without the key file."""


def link(mark: Mark, before: str, deed: Deed) -> str:
    """The hash of a line that follows the one with the hash `before` ("" for the first)."""
    at = deed.at.astimezone(UTC).isoformat()
    return mark(json.dumps([before, deed.n, at, deed.actor, deed.verb, deed.object]))


@dataclass(frozen=True, slots=True)
class Chain:
    """How far the journal was followed, and what was found.

    `lines`: how many; `last`: the number of the last of them; `head`: the last hash that was read, `begins`: the number
    of the line with the first one; `loose`: lines after the head, which the next hash will cover. `broken`: the number
    of the first line that should be there and is not as it was written; `found`: the line that stands in its place,
    another one where lines are missing. `noted`: a hash that was asked for is one of these. `over`: no line follows.
    """

    lines: int = 0
    last: int = 0
    head: str = ""
    begins: int = 0
    loose: int = 0
    broken: int = 0
    found: int = 0
    noted: bool = False
    over: bool = False
    before: str = field(default="", repr=False)


def follow(chain: Chain, lines: Iterable[tuple[Deed, str | None]], mark: Mark, noted: str = "") -> Chain:
    """Follow the chain over the next lines, in their order, each with the hash it carries; up to where it breaks."""
    count, last, head, begins, loose = chain.lines, chain.last, chain.head, chain.begins, chain.loose
    before, met, broken, found = chain.before, chain.noted, 0, 0
    for deed, carried in lines:
        chained = carried is not None or begins > 0
        if chained and deed.n != last + 1:
            broken, found = last + 1, deed.n
            break
        made = link(mark, before, deed)
        if carried != made and (carried is not None or (begins and (deed.actor, deed.verb) != BACKED_UP)):
            broken = found = deed.n
            break
        count, last, before = count + 1, deed.n, made
        if carried is None:
            loose += 1
        else:
            head, begins, loose, met = carried, begins or deed.n, 0, met or carried == noted
    return Chain(count, last, head, begins, loose, broken, found, met, over=False, before=before)
