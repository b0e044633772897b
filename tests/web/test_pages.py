"""What a reader of the public pages sees, over HTTP, with nothing behind it pretended."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from bot.coded import Coded
from bot.linking import read_at
from bot.people import Consent
from bot.ports import Unavailable
from tests.deeds.stage import catalogs
from tests.stores import change
from tests.web.stage import Site
from web.pages import AT_ONCE

LARGEST = 60_000
"""Bytes of the first page (issue 8)."""

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


async def test_nothing_published_is_said_kindly(site: Site) -> None:
    assert "Nothing is published yet." in await site.reads("/en/")
    for page in ("weeks", "themes", "map"):
        assert "<h1>" in await site.reads(f"/en/{page}")


async def test_of_a_voice_a_country_a_week_and_the_redacted_words_are_shown(site: Site) -> None:
    """S6, S36: no name, no receipt, no day, no hour."""
    told = await site.hang(
        "Nous avons vu [nom] hier.",
        original="Nous avons vu Bakoly hier.",
        language="fr",
        received_at=datetime(2026, 11, 19, 15, tzinfo=UTC),
    )
    for path in ("/en/", read_at("", "en", await site.id_of(told))):
        page = await site.reads(path)
        for shown in ("[nom] hier.", "Madagascar, in the week of November 16, 2026", "Food", "French"):
            assert shown in page
        for hidden in ("Bakoly", told.receipt, told.id, told.respondent, "November 19", "15:00"):
            assert hidden not in page
        assert '<div class="words" lang="fr" dir="ltr">' in page


async def test_what_is_chosen_is_shown(site: Site) -> None:
    """By theme, region, language, kind and words, by all of them at once; what nobody knows finds nothing."""
    await site.hang("The rice is too dear.", country="MG", themes=("food",))
    await site.hang("The classroom is closed.", country="IN", themes=("education",))
    await site.hang("We boil beans together.", country="IN", themes=(), form="initiative")
    every = {"rice", "classroom", "beans"}
    for query, shown in {
        "": every,
        "?theme=food": {"rice"},
        "?region=asia": {"classroom", "beans"},
        "?region=asia&form=testimony": {"classroom"},
        "?form=initiative": {"beans"},
        "?q=CLASSROOM": {"classroom"},
        "?q=closed+classroom": {"classroom"},
        "?q=closed+rice": set(),
        "?language=fr": set(),
        "?region=nowhere": set(),
        "?theme=nothing": set(),
        "?theme=food%00": {"rice"},
        "?after=nonsense": every,
    }.items():
        page = (await site.reads(f"/en/{query}")).partition("</form>")[2].partition("<footer>")[0]
        assert {each for each in every if each in page} == shown, query
    assert {each for each in every if each in await site.reads("/en/initiatives")} == {"beans"}


async def test_what_was_chosen_is_still_chosen_in_another_language(site: Site) -> None:
    """Letter for letter: an “&” in what is sought is no new part of the question."""
    page = await site.reads("/en/?q=this%26that%2B%23&region=asia")
    assert 'href="/fr/?q=this%26that%2B%23&amp;region=asia"' in page


async def test_page_by_page_each_voice_is_read_once(site: Site) -> None:
    words = [f"Voice number {number} is told." for number in range(AT_ONCE + 3)]
    for each in words:
        await site.hang(each)
    first = await site.reads("/en/")
    further = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = await site.reads(f"/en/{further}")
    assert sum(each in first for each in words) == AT_ONCE
    assert all((each in first) is not (each in second) for each in words)
    assert 'rel="next"' not in second


async def test_no_moment_inside_a_week_changes_anything_that_is_read(site: Site) -> None:
    """S6: not the words of a page, nor the order of its voices, nor the feed, nor the data."""
    told = [await site.hang(f"It was told, {number}.") for number in range(3)]
    ids = [await site.id_of(each) for each in told]
    await site.tick(hours=2)
    paths = ("/en/", f"/en/voices/{ids[0]}", "/en/feed.xml", "/api/v1/voices", "/api/v1/numbers", "/en/weeks")
    before = [await site.reads(path) for path in paths]
    week = timedelta(days=7).total_seconds()
    chance = random.Random(6)
    for table in ("testimonies SET received_at", "publications SET at"):
        for which in (
            each.id if "received" in table else found for each, found in zip(told, ids, strict=True)
        ):
            moment = MONDAY + timedelta(seconds=chance.randrange(int(week)))
            values = {"moment": round(moment.timestamp() * 1_000_000), "id": which}
            change(site.stage.url, f"UPDATE {table} = :moment WHERE id = :id", values)
    change(site.stage.url, "UPDATE shown SET rules = ''")
    await site.tick()
    assert [await site.reads(path) for path in paths] == before
    earlier = round((MONDAY - timedelta(minutes=1)).timestamp() * 1_000_000)
    change(site.stage.url, "UPDATE testimonies SET received_at = :at", {"at": earlier})
    change(site.stage.url, "UPDATE shown SET rules = ''")
    await site.tick()
    assert "November 16" in await site.reads("/en/")


async def test_what_is_taken_back_is_gone_at_the_next_look(site: Site) -> None:
    """S31: no tick is needed; its page says kindly that it is not there, as for one that never was."""
    told = await site.hang("I tell it.")
    named = await site.id_of(told)
    assert "I tell it." in await site.reads(f"/en/voices/{named}")
    no = Consent(told.id, "publish", False, "h", "en", site.stage.now)
    await site.stage.do(lambda unit: unit.testimonies.add_consents([no]))
    for path in ("/en/", "/en/feed.xml", "/api/v1/voices", "/en/?q=tell"):
        assert "I tell it." not in await site.reads(path)
    gone = await site.reads(f"/en/voices/{named}", 404)
    assert "This voice is not here" in gone
    assert gone.replace(named, "f" * 32) == await site.reads(f"/en/voices/{'f' * 32}", 404)
    await site.reads(f"/api/v1/voices/{named}", 404)


async def test_what_the_linter_would_refuse_now_is_taken_away_and_what_is_coded_anew_is_found(
    site: Site,
) -> None:
    """S32: at the next tick."""
    told = await site.hang("Ask for Rakoto at noon.", original="Ask for Rakoto at noon.")
    assert "Rakoto" not in await site.reads("/en/")
    told = await site.hang("The well is dry.", themes=())
    role = await site.stage.role(11)
    coded = Coded(told.id, "housing", role.id, site.stage.now, "themes", "2026")
    await site.stage.do(lambda unit: unit.codings.give(coded, partner="mmm"))
    assert "well" not in await site.reads("/en/?theme=housing")
    await site.tick()
    assert "well" in await site.reads("/en/?theme=housing")


async def test_numbers_are_rounded_and_few_are_none(site: Site) -> None:
    """S37: on every page and in the data; nothing is counted anew before an hour has passed."""
    for number in range(13):
        await site.hang(f"It is number {number} of them.", themes=("food",) if number < 12 else ())
    await site.tick(hours=2)
    for page in ("map", "weeks", "themes"):
        shown = await site.reads(f"/en/{page}")
        assert ">10<" in shown.replace("\n", "")
        assert not any(f">{exact}<" in shown.replace("\n", "") for exact in (11, 12, 13))
        assert page == "weeks" or "fewer than 10" in shown
    numbers = await site.reads("/api/v1/numbers")
    assert '"voices":10,"initiatives":null' in numbers
    assert '"regions":{"lebanon":null,"africa":10,"asia":null}' in numbers
    for number in range(8):
        await site.hang(f"It is one more, {number}.")
    assert await site.reads("/api/v1/numbers") == numbers
    await site.tick(hours=2)
    assert '"voices":20' in await site.reads("/api/v1/numbers")


async def test_the_first_page_is_small(site: Site) -> None:
    """Issue 8: 60 kB with its style, of long voices with photos in a script of three bytes a letter, uncompressed; also
    where each is there in another language of such a script, above the original.
    """
    for _ in range(AT_ONCE + 1):
        told = await site.hang(
            "हमारे गाँव में पानी नहीं है और बच्चे दूर जाते हैं। " * 14, language="hi", themes=("food", "health")
        )
        await site.shows(told)
    change(site.stage.url, "INSERT INTO shown_translations SELECT publication, 'bn', text, folded FROM shown")
    for language in ("en", "hi", "bn"):
        page = await site.reads(f"/{language}/")
        style = page.split('rel="stylesheet" href="')[1].split('"')[0]
        assert len(page.encode()) + len((await site.reads(style)).encode()) <= LARGEST
        assert page.count("<article") == page.count("<img ") == AT_ONCE


async def test_every_page_speaks_its_language_in_its_direction(site: Site) -> None:
    await site.hang("It is told.")
    for language in catalogs().ready:
        for page in ("", "initiatives", "map", "weeks", "themes", "about", "privacy", "none"):
            shown = await site.reads(f"/{language.code}/{page}", 404 if page == "none" else 200)
            assert f'<html lang="{language.code}" dir="{language.direction}">' in shown
            assert "{" not in shown


async def test_the_door_opens_in_the_readers_language(site: Site) -> None:
    for accepts, language in {
        "": "en",
        "fr-CA,fr;q=0.9,en;q=0.8": "fr",
        "de, ar;q=0.5": "ar",
        "en;q=0.1, sw;q=0.7": "sw",
        "xx;q=?, zh-Hans": "zh",
    }.items():
        headers = {"Accept-Language": accepts}
        async with site.client.get("/", headers=headers, allow_redirects=False) as response:
            assert response.headers["Location"] == f"/{language}/", accepts
            assert "Accept-Language" in response.headers["Vary"]


async def test_who_has_the_page_gets_it_not_again(site: Site) -> None:
    """It may be kept for a minute, and no longer; what has its hash in its name, for a year."""
    async with site.client.get("/en/") as response:
        tag, kept = response.headers["ETag"], response.headers["Cache-Control"]
    assert kept == "public, max-age=60"
    await site.reads("/en/", 304, **{"If-None-Match": tag})
    await site.hang("It is told.")
    await site.reads("/en/", 200, **{"If-None-Match": tag})


async def test_the_bot_is_named_with_its_only_address_and_a_code(site: Site) -> None:
    page = await site.reads("/en/about")
    assert 'href="https://t.me/voices_demo_bot"' in page
    assert '<svg class="code"' in page
    assert "Make Mothers Matter" in page


async def test_the_policy_is_what_the_bot_says(site: Site) -> None:
    page = await site.reads("/fr/privacy")
    assert "hello@example.org · omep@example.org" in page
    assert 'lang="fr"' in page


async def test_a_store_that_is_away_is_said_kindly(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """No page falls silent, and the data says so in its own way."""

    async def away(work: object) -> None:
        raise Unavailable("the database is away")

    monkeypatch.setattr(type(site.stage.store), "transact", lambda self, work: away(work))
    assert "Something went wrong with us" in await site.reads("/en/", 503)
    assert "try again" in await site.reads("/api/v1/voices", 503)
