"""What partners answer to those who told is kept alike on both engines, and finds the same people."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.coded import Coded
from bot.outbox import Kind, Later
from bot.people import Consent, Respondent
from bot.ports import Stale, Unit
from bot.response import Listener, Response, Words
from bot.speech import Message, Sentence
from bot.testimony import State
from storage.database import Database
from storage.responses import BATCH
from tests.stores import NOW, every_row, later, reader, say, someone, voice

DRAFT = Response("w" * 32, "atd", "theme:water", "", {"fr": Words("L’eau manque.", "Un puits.")})


def begun(unit: Unit, **more: object) -> Response:
    """A draft of ATD's."""
    response = replace(DRAFT, moderator=reader(unit).id, **more)  # type: ignore[arg-type]
    unit.responses.add(response)
    return response


def told(unit: Unit, her: Respondent, *, contact: bool = True, **more: object) -> str:
    """An accepted voice that may be quoted, and answered; its id."""
    testimony = voice(her, **{"state": State.ACCEPTED, **more})
    said = {"quote": True, "contact": contact}
    allowed = [Consent(testimony.id, each, yes, "sha256:ab", "fr", NOW) for each, yes in said.items()]
    unit.testimonies.add(testimony, allowed)
    return testimony.id


async def test_a_draft_is_its_partners_alone_and_sent_once(store: Database, url: str) -> None:
    """S20, R35: sealed with the house's key; nothing changes or drops what was sent."""

    def work(unit: Unit) -> None:
        draft = begun(unit)
        assert unit.responses.get(draft.id, partner="atd") == draft
        assert unit.responses.get(draft.id, partner="omep") is None
        unit.responses.drop(draft.id, partner="omep")
        assert (unit.responses.drafts("atd"), unit.responses.drafts("omep")) == ([draft], [])
        with pytest.raises(Stale):
            unit.responses.save(replace(draft, partner="omep"))
        changed = unit.responses.save(replace(draft, words={**draft.words, "en": Words("Dry.", "")}))
        with pytest.raises(Stale):
            unit.responses.save(draft)
        sent = unit.responses.save(replace(changed, sent_at=later(days=1)))
        assert sent.written == ("fr",)
        with pytest.raises(Stale):
            unit.responses.save(sent)
        unit.responses.drop(sent.id, partner="atd")
        assert (unit.responses.drafts("atd"), unit.responses.sent("atd")) == ([], [sent])
        assert unit.responses.sent("omep") == []

    await store.transact(work)
    assert b"puits" not in b"".join(
        value for row in every_row(url)["responses"] for value in row if isinstance(value, bytes)
    )


async def test_who_would_hear_of_it_spoke_of_it_and_allows_it(store: Database) -> None:
    """S31, S45: by a first coder's code, by what she chose herself, by the form, or whoever told; each once."""

    def work(unit: Unit) -> None:
        lea = reader(unit)
        chose, coded, second, form, both = (someone(unit, 7_000_000_000 + n) for n in range(5))
        told(unit, chose, themes=("water",))
        for her, round_two in ((coded, False), (second, True)):
            which = told(unit, her, themes=())
            unit.codings.give(Coded(which, "water", lea.id, NOW, "kit", "1", round_two), partner="atd")
        told(unit, form, themes=(), form="initiative")
        first = told(unit, both, themes=("water",), language="en")
        again = told(unit, both, themes=("water",), received_at=later(days=1))
        unit.people.save_respondent(replace(both, language="mg"))

        def hear(about: str) -> set[str]:
            audience = unit.responses.audience(replace(DRAFT, about=about))
            assert len({each.respondent for each in audience}) == len(audience)
            return {each.respondent for each in audience}

        assert hear("theme:water") == {chose.id, coded.id, both.id}
        assert hear("form:initiative") == {form.id}
        assert hear("") == {each.id for each in (chose, coded, second, form, both)}
        assert hear("theme:none") == set()
        assert Listener(both.id, both.address, "mg", (first, again)) in unit.responses.audience(DRAFT)
        assert unit.responses.audience(replace(DRAFT, partner="omep")) == []

    await store.transact(work)


LEFT_OUT: dict[str, Callable[[Unit, Respondent], object]] = {
    "not accepted": lambda unit, her: told(unit, her, themes=("water",), state=State.IN_REVIEW),
    "sensitive": lambda unit, her: told(unit, her, themes=("water",), sensitive=True),
    "barred": lambda unit, her: told(unit, her, themes=("water",), barred=True),
    "not allowed": lambda unit, her: told(unit, her, themes=("water",), contact=False),
    "quiet": lambda unit, her: (
        told(unit, her, themes=("water",)),
        unit.people.save_respondent(replace(her, quiet=True)),
    ),
    "blocked": lambda unit, her: (
        told(unit, her, themes=("water",)),
        unit.people.save_respondent(replace(her, reachable=False)),
    ),
    "withdrawn": lambda unit, her: unit.testimonies.erase_words(
        told(unit, her, themes=("water",)), respondent=her.id, now=NOW
    ),
    "allowed for another one": lambda unit, her: (
        told(unit, her, themes=()),
        told(unit, her, themes=("water",), contact=False),
    ),
}


@pytest.mark.parametrize("case", LEFT_OUT)
async def test_who_is_left_out(store: Database, case: str) -> None:
    """S31, S34, S45."""

    def work(unit: Unit) -> None:
        LEFT_OUT[case](unit, someone(unit))
        assert unit.responses.audience(DRAFT) == []

    await store.transact(work)


async def test_nobody_is_lost_between_two_batches(store: Database) -> None:
    """However many there are, and if all came at the same moment."""

    def work(unit: Unit) -> None:
        her = someone(unit)
        for _ in range(BATCH):
            told(unit, her, themes=())
        told(unit, someone(unit, 7_000_000_001), themes=("water",))
        assert len(unit.responses.audience(DRAFT)) == 1
        assert len(unit.responses.audience(replace(DRAFT, about=""))) == 2

    await store.transact(work)


def revoke(unit: Unit, testimony: str) -> None:
    unit.testimonies.add_consents([Consent(testimony, "contact", False, "sha256:ab", "fr", NOW)])


def flag(unit: Unit, testimony: str) -> None:
    found = unit.testimonies.get(testimony, partner="atd")
    assert found is not None
    unit.testimonies.save(replace(found, sensitive=True))


MEANWHILE: dict[str, Callable[[Unit, Respondent, str], object]] = {
    "it is not allowed any more": lambda unit, her, which: revoke(unit, which),
    "the voice is sensitive": lambda unit, her, which: flag(unit, which),
    "the voice is withdrawn": lambda unit, her, which: unit.testimonies.erase_words(
        which, respondent=her.id, now=NOW
    ),
    "she asked for quiet": lambda unit, her, which: unit.people.save_respondent(replace(her, quiet=True)),
    "she blocked the bot": lambda unit, her, which: unit.people.save_respondent(
        replace(her, reachable=False)
    ),
}


@pytest.mark.parametrize("case", MEANWHILE)
@pytest.mark.parametrize("named", [True, False])
async def test_a_campaign_is_asked_again_before_it_is_said(store: Database, case: str, named: bool) -> None:
    """R15, S45: what happened since it was queued counts, and holds up nobody else: others get the turn."""

    def work(unit: Unit) -> None:
        her, other = someone(unit), someone(unit, 7_000_000_001)
        for each in (her, other):
            which = told(unit, each)
            if each is her:
                hers = which
                told(unit, each, sensitive=True)
            message = Message("fr", (Sentence("Hi"),), voices=(which,) if named else ())
            say(unit, each.id, each.address, kind=Kind.CAMPAIGN, message=message, about=each.id)
        say(unit, "asked for", her.address, about=her.id, now=later(seconds=1))
        MEANWHILE[case](unit, her, hers)
        assert [each.key for each in unit.outbox.claim(1, NOW, kind=Kind.CAMPAIGN)] == [other.id]
        assert [each.key for each in unit.outbox.claim(9, later(seconds=1))] == ["asked for"]

    await store.transact(work)


async def test_a_campaign_about_one_voice_is_not_allowed_by_another(store: Database) -> None:
    """R15, S31: each voice has its own switch."""

    def work(unit: Unit) -> None:
        her = someone(unit)
        one, two, other = told(unit, her), told(unit, her), told(unit, her)
        say(
            unit,
            "two",
            her.address,
            kind=Kind.CAMPAIGN,
            message=Message("fr", (), voices=(one, two)),
            about=her.id,
        )
        revoke(unit, one)
        [claimed] = unit.outbox.claim(9, NOW)
        unit.outbox.settle(claimed.id, Later(1), NOW)
        revoke(unit, two)
        assert unit.outbox.claim(9, later(seconds=2)) == []
        say(unit, "another", her.address, kind=Kind.CAMPAIGN, message=Message("fr", ()), about=her.id)
        assert [each.key for each in unit.outbox.claim(9, NOW)] == ["another"]
        revoke(unit, other)

    await store.transact(work)
