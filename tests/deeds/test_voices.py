"""Published voices: read by everybody, answered to the partner alone, and once a week those of elsewhere."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot import digest
from bot.campaign import DIGEST, CheckIn
from bot.launching import Launching
from bot.people import PURPOSES, Consent, Region
from bot.ports import Meter, Unit
from bot.redaction import Redaction
from bot.redaction import digest as digest_of
from bot.rendition import Kind, Rendition
from bot.rhythm import Rhythm
from bot.testimony import State
from bot.testimony import Testimony as Voice  # a name that pytest does not take for a test
from tests.deeds.stage import Player, Stage, catalogs, forms
from tests.fakes import Tireless
from tests.stores import NOW

WRITTEN = {"testimony": "/testimony/told/story", "initiative": "/initiative/told/what"}
"""Where the words of each form stand."""

AMINA, SITA, VERA, VICTOR = 1, 2, 11, 12


async def published(
    stage: Stage,
    words: str,
    *,
    by: int = AMINA,
    partner: str = "mmm",
    original: str = "",
    form: str = "testimony",
    **more: object,
) -> Voice:
    """A voice that is before everybody in these words: told, accepted, redacted and looked at by two."""
    one, two = [
        await stage.role((await stage.moderator(number, partner=partner)).id)
        for number in ((VERA, VICTOR) if partner == "mmm" else (VERA + 20, VICTOR + 20))
    ]
    version = next(each.version for each in forms() if each.name == form)
    text = WRITTEN[form]
    original = original or words

    def work(unit: Unit) -> Voice:
        address = unit.people.address_of(by) or unit.people.add_address(by, by, stage.now)
        her = unit.people.respondent_at(address) or unit.people.add_respondent(
            address, partner, "en", stage.now
        )
        values: dict[str, object] = {
            "receipt": f"MG-{stage.here().fresh()[:6].upper()}",
            "language": "en",
            "country": "MG",
            "themes": ("food",),
            "received_at": stage.now,
        }
        kept = Voice(
            id=stage.here().fresh(),
            respondent=her.id,
            partner=partner,
            form=form,
            form_version=version,
            sensitive=False,
            state=State.ACCEPTED,
            answers={text: original},
            **(values | more),  # type: ignore[arg-type]
        )
        said = [Consent(kept.id, each, True, "sha256:ab", "en", stage.now) for each in PURPOSES]
        kept = unit.testimonies.add(kept, said)
        copy = Redaction(
            "", kept.id, one.id, one.address, stage.now, {text: words}, {text: digest_of(original)}
        )
        copy = unit.redactions.add(copy, respondent=her.id)
        unit.publications.publish(kept.id, "publish", stage.now, redaction=copy.id, moderator=two.id)
        return kept

    stage.now += timedelta(minutes=1)
    return await stage.do(work)


async def reader(stage: Stage, id: int = SITA) -> Player:
    """Somebody who speaks English and reads."""
    player = stage.person(id)
    await player.arrives()
    return player


# -- reading ----------------------------------------------------------------------------------------------------------


async def test_nothing_published_is_said_kindly(stage: Stage) -> None:
    sita = await reader(stage)
    await sita.says("/voices")
    assert sita.sees.startswith("Nothing is published yet.")


async def test_the_newest_comes_first_and_the_others_in_its_place(stage: Stage) -> None:
    """One voice a message; no number of them is said (S21), no button promises more than there is at the newest."""
    for words in ("The first is told.", "The second is told."):
        await published(stage, words)
    await published(stage, "The third is told.", form="initiative")
    sita = await reader(stage)
    await sita.says("/voices")
    assert "The third is told." in sita.sees
    assert "An initiative" in sita.sees
    assert "◀ Newer" not in sita.last.labels
    number = sita.last.number
    for label, words in (("Older", "second"), ("Older", "first"), ("◀ Newer", "second"), ("Older", "first")):
        await sita.taps(label)
        assert f"The {words} is told." in sita.sees
        assert sita.last.number == number
    await sita.taps("Older")
    assert "There is no older one." in sita.sees
    assert "The first is told." in sita.sees
    assert "Older ▶" not in sita.last.labels


async def test_of_her_a_country_a_week_and_the_redacted_words_are_shown(stage: Stage) -> None:
    """S6, S36: no name, no receipt, no day; no translation, as it is one of the original."""
    told = await published(
        stage,
        "Nous avons vu [nom] hier.",
        original="Nous avons vu Bakoly hier.",
        language="fr",
        received_at=datetime(2026, 11, 19, 15, tzinfo=UTC),
    )
    role = await stage.role(VERA)
    words = "Yesterday we saw Bakoly."
    accepted = Rendition("f" * 32, told.id, Kind.TRANSLATION, "en", words, role.id, NOW, accepted_by=role.id)
    await stage.do(lambda unit: unit.renditions.add(accepted, respondent=told.respondent))
    sita = await reader(stage)
    await sita.says("/voices")
    for shown in (
        "Nous avons vu [nom] hier.",
        "Madagascar, in the week of November 16, 2026",
        "Food",
        "French",
    ):
        assert shown in sita.sees
    for hidden in ("Bakoly", told.receipt, "November 19", "15:00"):
        assert hidden not in sita.sees


async def test_what_is_taken_back_or_changed_is_read_no_more(stage: Stage) -> None:
    """S31, S32: at once, and by who is reading it."""
    first = await published(stage, "The first is told.")
    changed = await published(stage, "The second is told.")
    gone = await published(stage, "The third is told.")
    sita = await reader(stage)
    await sita.says("/voices")
    back = Consent(gone.id, "publish", False, "sha256:ab", "en", stage.now)
    await stage.do(lambda unit: unit.testimonies.add_consents([back]))
    await stage.do(
        lambda unit: unit.testimonies.save(
            replace(changed, answers={WRITTEN["testimony"]: "Call Bakoly Jean."})
        )
    )
    await sita.taps("This helps us too")
    assert sita.sees.startswith("This voice is no longer here.")
    await sita.taps("Older")
    assert "The first is told." in sita.sees
    assert await stage.do(lambda unit: unit.offers.counted(first.id)) == {}


async def test_they_are_found_by_theme_region_and_language(stage: Stage) -> None:
    await stage.do(lambda unit: unit.associations.save_region(Region("r" * 32, "South Asia", ("IN", "BD"))))
    await published(stage, "From India of food.", country="IN")
    await published(stage, "From Madagascar of school.", themes=("education",))
    await published(stage, "D’ailleurs.", language="fr", country="BD", themes=("culture",))
    sita = await reader(stage)
    await sita.says("/voices")
    for kind, label, words in (
        ("Themes", "Food", "From India of food."),
        ("Regions", "South Asia", "From India of food."),
        ("Themes", "School", "Nothing of this is published yet."),
        ("Languages", "English", "Nothing of this is published yet."),
    ):
        await sita.taps("Choose what I read")
        await sita.taps(kind)
        await sita.taps(label)
        assert words in sita.sees
    await sita.taps("See everything")
    assert "D’ailleurs." in sita.sees
    await sita.taps("Choose what I read")
    await sita.taps("Regions")
    await sita.taps("South Asia")
    assert "D’ailleurs." in sita.sees
    await sita.taps("Older")
    assert "From India of food." in sita.sees


async def test_a_button_of_a_view_that_is_none_does_nothing(stage: Stage) -> None:
    await published(stage, "Told.")
    sita = await reader(stage)
    for action in ("v:o::1.2", "v:o::-1.0.0", "v:f:a.b.c", "v:x::0.0.0", f"v:helps:{'0' * 32}", "v:offer:"):
        await sita.taps_data(stage.signer.sign(SITA, action), sita.last.number)
        assert "Told." not in sita.sees
    await sita.taps_data(stage.signer.sign(SITA, "v:o::99.99.99"), sita.last.number)
    assert "Told." in sita.sees


# -- answering --------------------------------------------------------------------------------------------------------


async def test_this_helps_us_too_is_heard_once_by_its_partner_alone(stage: Stage) -> None:
    """Who told it and who answers learn nothing of each other; the other partner hears nothing."""
    told = await published(stage, "We share a well.")
    other = await stage.moderator(40, partner="omep")
    sita, vera = await reader(stage), stage.person(VERA)
    before = stage.person(AMINA).chat
    await sita.says("/voices")
    await sita.taps("This helps us too")
    assert "Make Mothers Matter learns that this helps others too, and not who says so." in sita.sees
    await sita.taps("This helps us too")
    assert sita.sees == "You told us so already. Thank you."
    await vera.says("/queue")
    assert "/offers" in vera.sees
    await vera.says("/offers")
    assert f"To {told.receipt} somebody answered" in vera.sees
    her = await stage.respondent(SITA)
    assert her.id not in vera.sees
    await other.says("/offers")
    assert other.sees == "Nothing more was answered to your published voices."
    await vera.taps("I have read it")
    assert vera.sees == "Nothing more was answered to your published voices."
    await vera.says("/queue")
    assert "/offers" not in vera.sees
    assert stage.person(AMINA).chat == before
    assert [deed.object for deed in await stage.deeds("answered helps")] == [f"testimony:{told.id}"]


async def test_what_is_offered_goes_to_the_partner_who_is_warned_of_a_number(stage: Stage) -> None:
    await published(stage, "We need seeds.")
    sita, vera = await reader(stage), stage.person(VERA)
    await sita.says("/voices")
    await sita.taps("We can offer something")
    await sita.sends_voice()
    assert sita.sees == "Please write it in words, in one message."
    await sita.says("x" * 1_001)
    assert "at most" in sita.sees
    await sita.says("Seeds, ask me: 034 12 345 67")
    assert "It is with Make Mothers Matter now" in sita.sees
    assert "hello@example.org" in sita.sees
    await vera.says("/offers")
    assert "Seeds, ask me: 034 12 345 67" in vera.sees
    assert "⚠️ There is a number or an address in it." in vera.sees


async def test_words_after_something_else_are_no_offer(stage: Stage) -> None:
    told = await published(stage, "We need seeds.")
    sita = await reader(stage)
    await sita.says("/voices")
    for other in ("Leave it", "/mine"):
        await sita.taps("We can offer something")
        await (sita.says(other) if other.startswith("/") else sita.taps(other))
        await sita.says("My own story.")
    assert await stage.do(lambda unit: unit.offers.counted(told.id)) == {}


async def test_nobody_answers_their_own_voice_and_who_asked_for_quiet_may_read(stage: Stage) -> None:
    """S45: what she asks for comes after /stop too; her own voice is not marked as hers on a shared phone."""
    told = await published(stage, "We share a well.")
    amina = stage.person(AMINA)
    await amina.says("/stop")
    await amina.says("/voices")
    assert "We share a well." in amina.sees
    assert amina.last.labels == ("Older ▶", "Choose what I read")
    [public] = await stage.do(lambda unit: unit.publications.of(told.id))
    for kind in ("helps", "offer"):
        await amina.taps_data(stage.signer.sign(AMINA, f"v:{kind}:{public.id}"), amina.last.number)
        assert amina.sees.startswith("This voice is no longer here.")
    assert await stage.do(lambda unit: unit.offers.counted(told.id)) == {}


async def test_who_told_it_reads_no_answer_to_it_as_a_moderator(stage: Stage) -> None:
    """Never person to person, by no role either."""
    await published(stage, "We share a well.", by=VICTOR + 1)
    sita, author = await reader(stage), await stage.moderator(VICTOR + 1)
    await sita.says("/voices")
    await sita.taps("This helps us too")
    await author.says("/offers")
    assert author.sees == "Nothing more was answered to your published voices."


# -- the digest -------------------------------------------------------------------------------------------------------


async def page(stage: Stage, *, country: str = "MG", language: str = "en") -> Sequence[str]:
    """The weekly page of somebody in this country, as the texts of its parts; empty where there is none."""
    her = await stage.respondent(SITA)

    def work(unit: Unit) -> Sequence[str]:
        who = replace(unit.audiences.among([her.id])[her.id], language=language)
        who = replace(who, told=tuple(replace(each, country=country) for each in who.told))
        checkin = CheckIn("d" * 32, DIGEST, "mmm", her.id, NOW.date(), 0, "", stage.now, stage.now)
        message = digest.page(unit, stage.here(), checkin, who)
        stage.person(SITA).receive(message) if message else None
        return [stage.person(SITA).sees] if message else []

    return await stage.do(work)


async def test_a_weekly_page_has_what_was_published_elsewhere_this_week(stage: Stage) -> None:
    """S30: its first line tells nothing; hers, her region's and what is older are not in it, nor more than five."""
    await stage.do(lambda unit: unit.associations.save_region(Region("r" * 32, "Ocean", ("MG", "MU"))))
    sita = stage.person(SITA)
    await sita.tells("Mine.")
    await published(stage, "Too old.", country="IN")
    stage.now += timedelta(days=8)
    await published(stage, "Of the same region.", country="MU")
    await published(stage, "Her own.", by=SITA, country="IN")
    assert await page(stage) == []
    await published(stage, "C’est loin.", country="IN", language="fr")
    for number in range(5):
        await published(stage, f"Far {number}. " + "and so on " * 40, country="BD")
    [text] = await page(stage)
    assert text.startswith("Make Mothers Matter: the page of this week, if you like.\n\n")
    assert [
        each in text for each in ("Far 0", "Far 4", "C’est loin", "same region", "Her own", "Too old")
    ] == [
        True,
        True,
        *[False] * 4,
    ]
    assert max(map(len, text.splitlines())) <= digest.CUT
    assert sita.last.labels == ("Read more voices", "Stop these")
    [french] = await page(stage, language="fr")
    assert french.index("C’est loin") < french.index("Far 4")
    await sita.taps("Read more voices")
    assert "Far 4" in sita.sees


async def test_who_switched_it_on_gets_it_once_a_week_and_nothing_where_nothing_is_new(stage: Stage) -> None:
    """On Saturday, at her hour, once however often time ticks."""
    sita = stage.person(SITA)
    await sita.tells("Mine.")
    her = await stage.respondent(SITA)
    await stage.do(lambda unit: unit.rhythms.save(Rhythm(her.id, zone="UTC", digest=True)))

    async def week(first: int) -> list[str]:
        before = len(sita.chat)
        for hour in range(0, 7 * 24, 6):
            stage.now = datetime(2026, 11, first, 3, tzinfo=UTC) + timedelta(hours=hour)
            launching = Launching(stage.store, Tireless(stage.now), catalogs(), pace=25, meter=Meter())
            await launching.plan()
            await launching.launch()
            await stage.deliver()
            await launching.follow()
        return [each.text for each in sita.chat[before:]]

    assert await week(23) == []
    await published(stage, "Far.", country="IN")
    [text] = await week(30)
    assert "Far." in text
