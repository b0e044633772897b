"""The chain of the journal: whatever is done to its lines, the first that is not as it was written is named."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot import verifying
from bot.journal import BACKED_UP, Chain, Deed, follow, link

BEGINNING = datetime(2026, 11, 25, tzinfo=UTC)
Lines = list[tuple[Deed, str | None]]

SMALL = st.text("abc:", max_size=3)
DEEDS = st.lists(st.tuples(SMALL, SMALL, SMALL), min_size=1, max_size=12)


def mark(text: str) -> str:
    return hashlib.sha256(f"secret {text}".encode()).hexdigest()


def written(deeds: list[tuple[str, str, str]], *, older: int = 0) -> Lines:
    """Lines as the store writes them; the first `older` from before there was a chain."""
    lines: Lines = []
    before = ""
    for n, words in enumerate(deeds, 1):
        deed = Deed(BEGINNING + timedelta(seconds=n), *words, n=n)
        before = link(mark, before, deed)
        lines.append((deed, None if n <= older else before))
    return lines


def followed(lines: Lines, noted: str = "") -> Chain:
    return follow(Chain(), lines, mark, noted)


@given(DEEDS, st.integers(0, 12))
def test_lines_as_they_were_written_hold(deeds: list[tuple[str, str, str]], older: int) -> None:
    """S42: also where the first ones are older than the chain, and however they are taken in parts."""
    lines = written(deeds, older=min(older, len(deeds)))
    chain = followed(lines)
    assert (chain.broken, chain.lines, chain.last) == (0, len(lines), len(lines))
    assert chain.loose == (len(lines) if older >= len(lines) else 0)
    apart = Chain()
    for each in lines:
        apart = follow(apart, [each], mark)
    assert apart == chain


@given(DEEDS, st.data())
def test_a_line_that_was_changed_is_named(deeds: list[tuple[str, str, str]], data: st.DataObject) -> None:
    """S42: any column of any line."""
    lines = written(deeds)
    n = data.draw(st.integers(1, len(lines)))
    deed, carried = lines[n - 1]
    column = data.draw(st.sampled_from(["at", "actor", "verb", "object", "hash", "no hash"]))
    match column:
        case "at":
            deed = replace(deed, at=deed.at + timedelta(microseconds=1))
        case "hash":
            carried = mark("a guess")
        case "no hash":
            carried = None
        case "actor":
            deed = replace(deed, actor=f"{deed.actor}x")
        case "verb":
            deed = replace(deed, verb=f"{deed.verb}x")
        case _:
            deed = replace(deed, object=f"{deed.object}x")
    lines[n - 1] = (deed, carried)
    chain = followed(lines)
    if column == "no hash" and n == 1:
        assert chain.broken == 0, "what it says is still covered by the next hash"
        assert chain.begins == (2 if len(lines) > 1 else 0)
    else:
        assert chain.broken == chain.found == n


@given(DEEDS, st.data())
def test_lines_that_were_taken_out_are_named(deeds: list[tuple[str, str, str]], data: st.DataObject) -> None:
    """S42: from the middle or the beginning, with the numbers left as they were or closed up."""
    lines = written(deeds)
    first = data.draw(st.integers(1, len(lines)))
    last = data.draw(st.integers(first, len(lines)))
    left = lines[: first - 1] + lines[last:]
    if last == len(lines):
        noted = lines[-1][1] or ""
        cut = followed(left, noted)
        assert cut.broken == 0, "the end that was cut off is seen by a head that was noted"
        assert not verifying.holds(cut, noted)
        assert verifying.holds(followed(lines, noted), noted)
        return
    chain = followed(left)
    assert (chain.broken, chain.found) == (first, last + 1)
    closed = [(replace(deed, n=n), carried) for n, (deed, carried) in enumerate(left, 1)]
    assert followed(closed).broken == first


@given(DEEDS, st.data())
def test_lines_in_another_order_are_named(deeds: list[tuple[str, str, str]], data: st.DataObject) -> None:
    """S42."""
    lines = written(deeds)
    order = data.draw(st.permutations(range(len(lines))))
    moved = [(replace(lines[place][0], n=n), lines[place][1]) for n, place in enumerate(order, 1)]
    first = next((n for n, place in enumerate(order, 1) if place != n - 1), 0)
    assert followed(moved).broken == first


@given(DEEDS, st.integers(1, 12), st.data())
def test_what_is_older_than_the_chain_is_covered_by_its_first_hash(
    deeds: list[tuple[str, str, str]], older: int, data: st.DataObject
) -> None:
    """S42."""
    deeds = [*deeds, ("a", "b", "c")]
    older = min(older, len(deeds) - 1)
    lines = written(deeds, older=older)
    n = data.draw(st.integers(1, older))
    deed, _ = lines[n - 1]
    changed = [*lines[: n - 1], (replace(deed, object="x"), None), *lines[n:]]
    assert followed(changed).broken == older + 1
    assert followed([*lines[: n - 1], *lines[n:]]).broken == (n if n == older else older + 1)


def test_only_a_backup_may_come_without_a_hash() -> None:
    """S42: whoever can write to the database, but has no key, adds no deed of anyone."""
    lines = written([("a", "b", "c")] * 2)
    backup = Deed(BEGINNING, *BACKED_UP, "backup:x", 3)
    chain = followed([*lines, (backup, None)])
    assert (chain.broken, chain.loose, chain.head) == (0, 1, lines[-1][1])
    after = Deed(BEGINNING, "a", "b", "c", 4)
    carried = link(mark, chain.before, after)
    assert followed([*lines, (backup, None), (after, carried)]).broken == 0
    assert followed([*lines, (replace(backup, object="backup:y"), None), (after, carried)]).broken == 4
    assert followed([*lines, (Deed(BEGINNING, "moderator:m", "took", "t", 3), None)]).broken == 3


def test_what_is_told_of_it_is_one_sentence() -> None:
    """S42: and the head on a line of its own, to be written down."""
    lines = written([("a", "b", "c")] * 5, older=2)
    head = str(lines[-1][1])
    assert verifying.sentence(followed(lines)) == (
        f"The chain holds: 5 lines, the 2 before line 3 older than it, 0 not chained yet; its head is\n{head}"
    )
    assert verifying.sentence(followed([])) == (
        "No line is chained yet (0 are there): the next one begins the chain."
    )
    assert verifying.sentence(followed([*lines[:3], lines[4]])) == (
        "The chain breaks at line 4: it is not there."
    )
    assert verifying.sentence(followed([*lines[:2], lines[4]])) == (
        "The chain breaks at line 3: lines 3 to 4 are not there."
    )
    changed = [*lines[:4], (replace(lines[4][0], verb="x"), head)]
    assert verifying.sentence(followed(changed)).startswith("The chain breaks at line 5: it is not what was")
    assert "the end was cut off" in verifying.sentence(followed(lines[:4], head), head)
