"""Frames and codes are kept alike on both engines."""

from dataclasses import replace

import pytest

from bot.coded import Coded, Coding
from bot.frame import Code, Frame
from bot.people import Moderator, Respondent
from bot.ports import Unit
from bot.testimony import State
from storage.database import Database
from tests.stores import NOW, later, reader, someone, voice

FRAME = Frame("kit", "1", (Code("water", {"": "Water", "fr": "Eau"}, retired=True, more={"note": "x"}),), 20)


async def test_a_version_of_a_frame_is_kept_once_and_the_last_is_in_use(store: Database) -> None:
    def work(unit: Unit) -> list[object]:
        assert unit.frames.current("atd") is None
        second = replace(FRAME, version="2")
        told = [
            unit.frames.keep("atd", FRAME, NOW),
            unit.frames.keep("atd", FRAME, NOW),
            unit.frames.keep("atd", second, later(hours=1)),
            unit.frames.keep("atd", replace(FRAME, name="other"), later(hours=2)),
            unit.frames.keep("omep", FRAME, NOW),
        ]
        with pytest.raises(ValueError, match="another content"):
            unit.frames.keep("atd", replace(FRAME, codes=()), NOW)
        assert unit.frames.version("atd", "kit", "1") == FRAME
        assert unit.frames.latest("atd", "kit") == second
        assert unit.frames.current("omep") == FRAME
        assert [(each.name, each.version) for each in unit.frames.all("atd")] == [
            ("other", "1"),
            ("kit", "2"),
            ("kit", "1"),
        ]
        assert unit.frames.keep("atd", second, later(hours=3))
        assert unit.frames.current("atd") == second
        return [*told]

    assert await store.transact(work) == [True, False, True, True, True]


def told(unit: Unit, her: Respondent, coder: Moderator, n: int, **more: object) -> str:
    """An accepted voice with the code "water", for which a second coder is wanted; its id."""
    testimony = voice(her, id=f"{n:032x}", state=State.ACCEPTED, **more)
    unit.testimonies.add(testimony, [])
    at = later(minutes=n)
    unit.codings.save(Coding(testimony.id, False, her.partner, coder.id, "kit", "1", at, open=True))
    unit.codings.give(Coded(testimony.id, "water", coder.id, at, "kit", "1"), partner=her.partner)
    return testimony.id


async def test_codes_are_given_once_and_taken_back(store: Database) -> None:
    def work(unit: Unit) -> list[object]:
        lea = reader(unit)
        which = told(unit, someone(unit), lea, 1)
        again = Coded(which, "water", lea.id, later(days=1), "kit", "2")
        second = replace(again, second=True)
        unit.codings.give(replace(again, code="food"), partner="atd")
        kept = [unit.codings.give(again, partner="atd"), unit.codings.give(second, partner="atd")]
        assert [(each.code, each.version, each.second) for each in unit.codings.of(which)] == [
            ("water", "1", False),
            ("food", "2", False),
            ("water", "2", True),
        ]
        unit.codings.release(which)
        assert [each.second for each in unit.codings.of(which)] == [False, False]
        taken = [unit.codings.take_back(which, "water", second=False) for _ in range(2)]
        return [*kept, *taken]

    assert await store.transact(work) == [False, True, True, False]


async def test_a_second_coder_gets_the_oldest_that_is_neither_theirs_nor_sensitive_nor_anothers(
    store: Database,
) -> None:
    """S20, S34: by the partner, and by who holds it now."""

    def work(unit: Unit) -> None:
        lea, noor, other = reader(unit), reader(unit, 600_000_002), reader(unit, 600_000_003, partner="omep")
        her, him = someone(unit), someone(unit, 7_000_000_001)
        theirs = someone(unit, 7_000_000_002, partner="omep")
        told(unit, her, lea, 1, sensitive=True)
        told(unit, her, noor, 2)
        first, last = told(unit, him, lea, 3), told(unit, her, lea, 4)
        told(unit, theirs, other, 0)
        undecided = unit.testimonies.get(f"{2:032x}", partner="atd")
        assert undecided is not None

        def waits(**more: object) -> str | None:
            values = {"partner": "atd", "frame": "kit", "besides": [noor.id], "author": None, "before": NOW}
            return unit.codings.waits(**values | more)  # type: ignore[arg-type]

        assert waits() == first
        assert waits(author=him.id) == last
        assert waits(besides=[noor.id, lea.id]) is None
        assert waits(frame="another") is None
        assert waits(besides=[lea.id]) == undecided.id
        unit.testimonies.save(replace(undecided, state=State.IN_REVIEW))
        assert waits(besides=[lea.id]) is None
        hers = reader(unit, 600_000_004)
        held = Coding(first, True, "atd", hers.id, "kit", "1", later(hours=1), open=True)
        unit.codings.save(held)
        assert (waits(), waits(before=later(hours=2)), waits(besides=[hers.id])) == (last, first, first)
        assert unit.codings.coding(first, second=True) == held
        unit.codings.save(replace(held, open=False))
        unit.codings.save(Coding(first, False, "atd", lea.id, "kit", "1", NOW, open=False))
        assert waits(before=later(hours=2)) == last
        [(one, two)] = unit.codings.twice("atd", "kit", 9)
        assert ((one.coder, set(one.codes)), (two.coder, set(two.codes))) == (
            (lea.id, {"water"}),
            (hers.id, set()),
        )
        assert unit.codings.twice("omep", "kit", 9) == unit.codings.twice("atd", "kit", 0) == []
        examples = unit.codings.examples(partner="atd", frame="kit", language="fr", besides=last, most=9)
        assert [(each.testimony, set(each.codes)) for each in examples] == [(first, {"water"})]
        assert unit.codings.examples(partner="atd", frame="kit", language="en", besides="", most=9) == []

    await store.transact(work)


async def test_codes_leave_with_the_testimony(store: Database) -> None:
    """S40, S41: withdrawn, or by age; those of others stay."""

    def work(unit: Unit) -> list[int]:
        lea, her = reader(unit), someone(unit)
        withdrawn, old, stays = (told(unit, her, lea, n, received_at=later(days=n)) for n in range(3))
        unit.testimonies.erase_words(withdrawn, respondent=her.id, now=NOW)
        assert unit.codings.of(withdrawn) == []
        unit.testimonies.drop_older(later(days=1, hours=1))
        return [len(unit.codings.of(each)) for each in (withdrawn, old, stays)]

    assert await store.transact(work) == [0, 0, 1]
