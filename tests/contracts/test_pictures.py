"""Photos that everybody can see, on both engines: the database itself keeps none that may not be, and takes it along
with whatever allowed it.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.people import PHOTO, Consent, purposes
from bot.ports import Medium, NotAllowed, Unit
from bot.shown import Picture, Shown, Sought
from bot.testimony import Publication, State
from bot.testimony import Testimony as Voice  # a name that pytest does not take for a test
from storage.database import Database
from storage.tables import LARGEST_PICTURE
from tests.stores import NOW, change, every_row, later, publish, someone, voice

WEEK = "2026-11-23"
JPEG = b"\xff\xd8 as everybody may see it"


def said(testimony: Voice, purpose: str, granted: bool = True) -> Consent:
    return Consent(testimony.id, purpose, granted, "sha256:ab", "fr", NOW)


def told(unit: Unit, *allowed: str, person: int = 1) -> tuple[Voice, Medium]:
    """An accepted testimony with a photo, for which these are allowed."""
    her = someone(unit, person)
    photo = unit.media.add(Medium("", her.id, "image", "f", "u", "image/jpeg", state="held"), NOW)
    kept = voice(
        her, state=State.ACCEPTED, answers={"/testimony/story": "Loin.", "/testimony/photo": photo.id}
    )
    return unit.testimonies.add(
        kept, [said(kept, each, each in allowed) for each in purposes(photo=True)]
    ), photo


def shown(unit: Unit, person: int = 1) -> tuple[Voice, Medium, Publication]:
    """One that everybody can see with its photo."""
    kept, photo = told(unit, "publish", "quote", PHOTO, person=person)
    public = publish(unit, kept.id, "publish", NOW)
    unit.shown.show(Shown(public.id, "testimony", "fr", "MG", WEEK, WEEK, "Loin."), "rules")
    assert unit.pictures.ready(unit.pictures.show(kept.id, photo.id), JPEG, 4, 3)
    return kept, photo, public


async def test_a_photo_is_seen_with_its_voice_once_it_is_ready(store: Database) -> None:
    """S7, S31: by an id of its own, which says nothing."""

    def work(unit: Unit) -> None:
        kept, photo = told(unit, "publish", PHOTO)
        public = publish(unit, kept.id, "publish", NOW)
        shown = unit.pictures.show(kept.id, photo.id)
        [waits] = unit.pictures.waiting(9)
        assert unit.pictures.show(kept.id, photo.id) == waits.id == shown  # once is enough
        assert (waits.medium, waits.respondent) == (photo.id, kept.respondent)
        assert waits.id not in (photo.id, kept.id, public.id)
        voice = Shown(public.id, "testimony", "fr", "MG", WEEK, WEEK, "Loin.")
        unit.shown.show(voice, "rules")
        assert (unit.pictures.of(kept.id), unit.pictures.content(waits.id)) == (None, None)
        assert unit.shown.one(public.id) == voice
        assert unit.pictures.ready(waits.id, JPEG, 4, 3)
        assert unit.pictures.waiting(9) == []
        assert (unit.pictures.of(kept.id), unit.pictures.content(waits.id)) == (waits.id, JPEG)
        seen = replace(voice, photo=Picture(waits.id, 4, 3))
        assert unit.shown.one(public.id) == seen
        assert list(unit.shown.found(Sought(), most=9).voices) == [seen]
        unit.shown.hide(public.id, "stricter")
        assert (unit.pictures.of(kept.id), unit.pictures.content(waits.id)) == (None, None)

    await store.transact(work)


@pytest.mark.parametrize("allowed", [("publish",), (PHOTO,), ("quote", PHOTO)])
async def test_without_published_words_and_a_permission_of_its_own_it_may_not_be_shown(
    store: Database, allowed: tuple[str, ...]
) -> None:
    """S31: two permissions, neither of them enough."""

    def work(unit: Unit) -> None:
        kept, photo = told(unit, *allowed)
        for each in {"publish", "quote"} & set(allowed):
            publish(unit, kept.id, each, NOW)
        with pytest.raises(NotAllowed):
            unit.pictures.show(kept.id, photo.id)

    await store.transact(work)


async def test_the_database_keeps_no_photo_that_may_not_be_seen(store: Database, url: str) -> None:
    """S31, S7: whoever writes into it, each of these fails there."""

    def work(unit: Unit) -> tuple[Voice, Medium, Publication, Publication, Voice, Publication]:
        kept, photo = told(unit, "publish", "quote", PHOTO)
        words_only, _ = told(unit, "publish", person=2)
        public, quoted = publish(unit, kept.id, "publish", NOW), publish(unit, kept.id, "quote", NOW)
        return kept, photo, public, quoted, words_only, publish(unit, words_only.id, "publish", NOW)

    kept, photo, public, quoted, words_only, its = await store.transact(work)
    good: dict[str, object] = {
        "publication": public.id,
        "testimony": kept.id,
        "words": "publish",
        "redaction": public.redaction,
        "purpose": PHOTO,
        "medium": photo.id,
        "width": 4,
        "height": 3,
        "content": JPEG,
    }
    add = f"INSERT INTO pictures (id, {', '.join(good)}) VALUES ('p', :{', :'.join(good)})"
    other: dict[str, object] = {"publication": its.id, "redaction": its.redaction}
    wrongs: tuple[dict[str, object], ...] = (
        {"publication": "none"},
        {"publication": quoted.id},  # only quoted
        {"publication": quoted.id, "words": "quote"},
        other,  # with somebody else's words
        {**other, "testimony": words_only.id},  # which she did not allow
        {"purpose": "publish"},
        {"purpose": "quote"},
        {"testimony": "nobody"},
        {"redaction": its.redaction},  # with another copy than the one that was looked at
        {"medium": "none"},
        {"content": None},
        {"width": 0},
        {"content": b"x" * (LARGEST_PICTURE + 1)},
    )
    for wrong in wrongs:
        with pytest.raises(sa.exc.IntegrityError):
            change(url, add, {**good, **wrong}, keyed=True)
    assert every_row(url)["pictures"] == []
    change(url, add, good, keyed=True)
    with pytest.raises(sa.exc.IntegrityError):
        change(url, add.replace("'p'", "'q'"), good, keyed=True)  # one with a voice


GONE: dict[str, Callable[[Unit, Voice, Medium], object]] = {
    "the permission for it": lambda unit, kept, _: unit.testimonies.add_consents([said(kept, PHOTO, False)]),
    "the permission for the words": lambda unit, kept, _: unit.testimonies.add_consents(
        [said(kept, "publish", False)]
    ),
    "the original": lambda unit, _, photo: unit.media.drop(photo.id),
    "the testimony, withdrawn": lambda unit, kept, _: unit.testimonies.erase_words(
        kept.id, respondent=kept.respondent, now=NOW
    ),
    "she herself": lambda unit, kept, _: unit.people.forget(kept.respondent, NOW),
    "the publication": lambda unit, kept, _: unit.publications.unpublish(kept.id),
    "the testimony, old": lambda unit, _, __: unit.testimonies.drop_older(later(days=1)),
    "that it is not sensitive": lambda unit, kept, _: unit.testimonies.save(replace(kept, sensitive=True)),
}


@pytest.mark.parametrize("what", GONE)
async def test_whatever_goes_that_allowed_it_takes_it_along(store: Database, url: str, what: str) -> None:
    """S31, S40: in the same commit, and nobody else's."""

    def work(unit: Unit) -> None:
        kept, photo, _ = shown(unit)
        if what != "the testimony, old":
            shown(unit, person=2)
        GONE[what](unit, kept, photo)

    await store.transact(work)
    assert len(every_row(url)["pictures"]) == (0 if what == "the testimony, old" else 1)
