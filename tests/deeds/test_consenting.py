"""Consenting: words that change are asked anew, partners are named one by one, and what was allowed stays as said."""

from dataclasses import replace
from datetime import timedelta

from bot.consenting import agreed_before, changed
from bot.people import PURPOSES, Consent, Partner
from bot.testimony import State
from dialogs.form import Form
from dialogs.reading.xform import read_xform
from dialogs.reading.xlsform import convert_builtin
from tests.deeds.stage import FORMS, Player, Stage
from tests.stores import every_row

LOOK = "The words of some permissions have changed."
PUBLISH, ANEW = "Publish, without my name", "Publish on a page everybody sees, without my name"
KEEP = "May we keep what you tell us and have it read?"


def reworded(name: str, *changes: tuple[str, str]) -> Form:
    """A built-in form in its next version, with other English words, or other rules."""
    xml, _ = convert_builtin(FORMS / name)
    for old, new in changes:
        assert old in xml
        xml = xml.replace(old, new)
    return read_xform(xml.replace('version="1.', 'version="2.'))


async def rewords(stage: Stage, name: str, old: str, new: str) -> None:
    form = reworded(name, (old, new))
    await stage.do(lambda unit: unit.forms.publish(form, stage.now))


async def joins(stage: Stage) -> None:
    """A further partner comes."""
    await stage.do(lambda unit: unit.people.add_partner(Partner("atd", "ATD Fourth World")))


async def allows(amina: Player, *labels: str, language: str = "English") -> str:
    """A testimony for which these are allowed beside keeping; its receipt."""
    await amina.arrives(language)
    await amina.says("1")
    await amina.says("1")
    await amina.says("Madagascar")
    await amina.says("The school is closed.")
    for label in labels:
        await amina.taps(label)
    await amina.says("send" if language == "English" else "Envoyer")
    return (await amina.stage.testimonies(amina.id))[0].receipt


async def said(stage: Stage, purpose: str) -> Consent:
    """What she said last about a purpose for the newest testimony."""
    return next(each for each in await stage.consents(1) if each.purpose == purpose)


async def checks_in(amina: Player) -> None:
    await amina.starts()
    await amina.taps("Say how it is now")


async def ends_it(amina: Player) -> None:
    """The check-in, in few words."""
    await amina.taps("Better")
    await amina.taps("Skip")
    await amina.taps("Skip")
    await amina.taps("No, send it")


async def granted(stage: Stage) -> set[str]:
    return {each.purpose for each in await stage.consents(1) if each.granted}


# -- who is named -----------------------------------------------------------------------------------------------------


async def test_sharing_is_with_those_who_were_named_and_a_new_partner_is_not_among_them(stage: Stage) -> None:
    """S31: old words stay valid for whom they named; she is asked to look again, and one tap names the new one too."""
    amina = stage.person(1)
    receipt = await allows(amina, "Share with partners", PUBLISH)
    first = await said(stage, "share")
    assert (first.granted, first.partners, first.source) == (True, ("omep",), "testimony")
    await amina.says("/mine")
    assert LOOK not in amina.sees
    await joins(stage)
    assert await said(stage, "share") == first
    await amina.says("/mine")
    assert LOOK in amina.sees
    await amina.taps(receipt)
    assert LOOK in amina.sees
    assert [label for label in amina.last.labels if "Still yes" in label] == [
        "Still yes: Share with partners"
    ]
    await amina.taps("Still yes: Share with partners")
    assert LOOK not in amina.sees
    again = await said(stage, "share")
    assert (again.granted, set(again.partners), again.source) == (True, {"omep", "atd"}, "")
    assert again.wording != first.wording
    await amina.taps("Share with partners")
    assert (await said(stage, "share")).granted is False
    assert await granted(stage) == {"keep", "publish"}


async def test_who_joins_while_she_tells_was_not_named(stage: Stage) -> None:
    """S31: only the names that stood on her screen count."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await joins(stage)
    await amina.says("The school is closed.")
    await amina.taps("Share with partners")
    await amina.taps("Send")
    assert (await said(stage, "share")).partners == ("omep",)
    await amina.says("/mine")
    assert LOOK in amina.sees


async def test_sharing_whose_words_named_nobody_is_with_nobody_and_asked_again(stage: Stage) -> None:
    """S31: as a form asks it that shows no names, or a release asked it that did not keep them."""
    amina = stage.person(1)
    await allows(amina, "Share with partners")
    nobody = replace(await said(stage, "share"), partners=())
    await stage.do(lambda unit: unit.testimonies.add_consents([nobody]))
    await amina.says("/mine")
    assert LOOK in amina.sees


async def test_only_sharing_names_anybody(stage: Stage) -> None:
    amina = stage.person(1)
    await allows(amina, "Share with partners", PUBLISH, "Quote", "Ask me again")
    named = {each.purpose: each.partners for each in await stage.consents(1)}
    assert named == {each: ("omep",) if each == "share" else () for each in PURPOSES}
    number, key = (await _opened(amina)).button("Quote")
    await amina.taps_data(key.data, number)
    number, key = amina.button("Quote")
    await amina.taps_data(key.data, number)
    quote = await said(stage, "quote")
    assert (quote.granted, quote.partners, quote.source) == (True, (), "")


async def test_a_new_partner_changes_the_words_of_sharing_alone(stage: Stage) -> None:
    """S31: also where it was allowed with a switch."""
    amina = stage.person(1)
    await allows(amina)
    await (await _opened(amina)).taps("Quote")
    assert await granted(stage) == {"keep", "quote"}
    await joins(stage)
    await amina.says("/mine")
    assert LOOK not in amina.sees


async def _opened(amina: Player) -> Player:
    await amina.says("/mine")
    await amina.taps("MG-")
    return amina


# -- words that change ------------------------------------------------------------------------------------------------


async def test_words_that_changed_are_off_for_what_is_told_next_and_she_learns_of_it(stage: Stage) -> None:
    """S31: what did not change is inherited; the testimony before keeps what she allowed."""
    amina = stage.person(1)
    await allows(amina, PUBLISH, "Quote")
    await rewords(stage, "testimony", f">{PUBLISH}<", f">{ANEW}<")
    await checks_in(amina)
    await ends_it(amina)
    newest, before = await stage.testimonies(1)
    assert newest.form == "checkin"
    assert await granted(stage) == {"keep", "quote"}
    assert (await said(stage, "quote")).at == newest.received_at
    assert "so they are off for what you just sent" in amina.sees
    old = await stage.do(lambda unit: unit.testimonies.consents(before.id))
    assert {each.purpose for each in old if each.granted} == {"keep", "publish", "quote"}
    await amina.taps("Change what you allow")
    assert newest.receipt in amina.sees
    assert LOOK not in amina.sees
    await amina.taps("Publish")
    assert await granted(stage) == {"keep", "quote", "publish"}
    await amina.says("/mine")
    await amina.taps(before.receipt)
    assert "Still yes: Publish, without my name" in amina.last.labels


async def test_words_that_changed_in_another_language_than_hers_are_still_those_she_saw(stage: Stage) -> None:
    """S31."""
    amina = stage.person(1, "fr")
    await allows(amina, "Publier", language="Français")
    await rewords(stage, "testimony", f">{PUBLISH}<", f">{ANEW}<")
    await amina.says("/mine")
    assert len(amina.last.labels) == 2, "the voice and the switch"
    assert amina.sees.count("\n\n") == 1  # what it is, and the switch below: nothing to look at again


async def test_keeping_is_asked_anew_once_its_words_have_changed(stage: Stage) -> None:
    """S31: before a form that does not ask it itself; in the words of today, and then it is carried again."""
    amina = stage.person(1)
    await allows(amina)
    await checks_in(amina)
    assert "How is it now" in amina.sees
    await ends_it(amina)
    await rewords(stage, "testimony", KEEP, "May we keep this and read it?")
    await checks_in(amina)
    assert "This is not an emergency line" in amina.sees
    await amina.agrees()
    await ends_it(amina)
    keep = await said(stage, "keep")
    assert (keep.granted, keep.source) == (True, "opening")
    await checks_in(amina)
    assert "How is it now" in amina.sees


async def test_nothing_is_kept_after_a_no_though_the_form_goes_on(stage: Stage) -> None:
    """S31: what its author forgot, or wanted, does not count."""
    goes_on = (" /testimony/keep  = 'yes'", "true()"), (" /testimony/keep  = 'no'", "false()")
    form = reworded("testimony", *goes_on)
    await stage.do(lambda unit: unit.forms.publish(form, stage.now))
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.arrives()
    await amina.says("1")
    await amina.taps("No, thank you")
    await amina.says("Madagascar")
    await amina.says("The school is closed.")
    await amina.taps("Send")
    assert "We keep nothing." in amina.sees
    assert await stage.testimonies(1) == []
    rows = every_row(stage.url)
    assert (rows["sessions"], rows["consents"], rows["media"]) == ([], [], [])
    await vera.says("/next")
    assert vera.sees == "Nothing is waiting. Thank you."


async def test_who_said_no_to_keeping_is_asked_before_a_form_that_does_not_ask(stage: Stage) -> None:
    """S31: her last word counts."""
    amina = stage.person(1)
    await allows(amina)
    no = replace(await said(stage, "keep"), granted=False)
    await stage.do(lambda unit: unit.testimonies.add_consents([no]))
    await checks_in(amina)
    assert "This is not an emergency line" in amina.sees


async def test_what_she_agreed_to_is_carried_with_its_own_time_even_where_she_takes_the_first_one_back(
    stage: Stage,
) -> None:
    """S31: nothing is ever kept without a yes of hers."""
    amina = stage.person(1)
    receipt = await allows(amina)
    first = await said(stage, "keep")
    stage.now += timedelta(days=3)
    await checks_in(amina)
    await amina.taps("Better")
    await amina.says("/withdraw")
    await amina.taps("Yes, withdraw it")
    await amina.says("/resume")
    await amina.taps("Skip")
    await amina.taps("Skip")
    await amina.taps("No, send it")
    newest, before = await stage.testimonies(1)
    assert (newest.form, before.state, before.receipt) == ("checkin", State.WITHDRAWN, receipt)
    keep = await said(stage, "keep")
    assert (keep.granted, keep.wording, keep.at, keep.source) == (True, first.wording, first.at, "testimony")


async def test_what_she_allowed_to_one_partner_is_not_allowed_to_another(stage: Stage) -> None:
    """S31: by another partner's link she tells somebody else, and is asked for all of it."""
    amina = stage.person(1)
    await allows(amina, PUBLISH, "Quote")
    await amina.starts("p-omep")
    await amina.taps("Say how it is now")
    assert "Volunteers of OMEP read what you tell." in amina.sees
    await amina.agrees()
    await ends_it(amina)
    newest, _ = await stage.testimonies(1)
    assert newest.partner == "omep"
    assert await granted(stage) == {"keep"}
    assert "so they are off" not in amina.sees


async def test_what_was_withdrawn_says_nothing_about_what_she_tells_next(stage: Stage) -> None:
    """S31: what she allowed for the voice before it counts."""
    amina = stage.person(1)
    await allows(amina, PUBLISH)
    receipt = await amina.tells()
    await amina.says("/withdraw")
    await amina.taps(receipt)
    await amina.taps("Yes, withdraw it")
    await checks_in(amina)
    assert "How is it now" in amina.sees
    await ends_it(amina)
    assert await granted(stage) == {"keep", "publish"}


async def test_words_that_name_who_reads_change_with_the_name(stage: Stage) -> None:
    """S31: a question may name the partner, and sharing names the others; until one is called otherwise."""
    names = 'May <output value=" /testimony/partner "/> keep what you tell us'
    await rewords(stage, "testimony", "May we keep what you tell us", names)
    amina = stage.person(1)
    await allows(amina, "Share with partners")
    await amina.says("/mine")
    assert LOOK not in amina.sees
    [told] = await stage.testimonies(1)

    async def renamed(partner: Partner) -> set[str]:
        await stage.do(lambda unit: unit.people.save_partner(partner))
        return await stage.do(lambda unit: changed(unit, stage.here(), [told]))

    assert await renamed(Partner("omep", "OMEP World")) == {"share"}
    assert await renamed(Partner("mmm", "MMM")) == {"share", "keep"}


async def test_what_a_form_asks_no_more_has_changed(stage: Stage) -> None:
    """S31: nobody is asked it there today."""
    amina = stage.person(1)
    await allows(amina, PUBLISH)
    await rewords(stage, "testimony", ' tg:means="consents"', "")
    await amina.says("/mine")
    assert LOOK in amina.sees


async def test_words_nobody_is_asked_any_more_have_changed(stage: Stage) -> None:
    """S31: the form that asked was withdrawn."""
    amina = stage.person(1)
    await allows(amina, PUBLISH)
    her = await stage.respondent(1)
    assert await stage.do(lambda unit: agreed_before(unit, stage.here(), her)) is not None
    await stage.do(lambda unit: unit.forms.withdraw("testimony", stage.now))
    assert await stage.do(lambda unit: agreed_before(unit, stage.here(), her)) is None
    await amina.says("/mine")
    assert LOOK in amina.sees


# -- the switches -----------------------------------------------------------------------------------------------------


async def test_five_switches_stand_on_mine_and_privacy_leads_there(stage: Stage) -> None:
    """S31."""
    amina = stage.person(1)
    receipt = await allows(amina, "Quote")
    await amina.says("/privacy")
    await amina.taps("Change what you allow")
    await amina.taps(receipt)
    assert amina.last.labels[:5] == (
        "☑ Keep and read it",
        "☐ Share with partners",
        "☐ Publish, without my name",
        "☑ Quote in the report",
        "☐ Ask me again later",
    )


async def test_what_is_no_longer_kept_is_withdrawn(stage: Stage) -> None:
    """S31: the switch asks once more; a truly signed button that would only switch it off does nothing."""
    amina = stage.person(1)
    receipt = await allows(amina)
    [told] = await stage.testimonies(1)
    await amina.taps_data(stage.signer.sign(1, f"t:keep:{told.id}:0"), 1)
    assert "does nothing any more" in amina.sees
    assert await granted(stage) == {"keep"}
    await (await _opened(amina)).taps("Keep and read it")
    assert amina.sees.startswith(f"Withdraw {receipt}?")
    await amina.taps("Yes, withdraw it")
    [left] = await stage.testimonies(1)
    assert (left.state, await granted(stage)) == (State.WITHDRAWN, set())


async def test_a_second_yes_to_the_same_words_is_no_line_of_its_own(stage: Stage) -> None:
    """R6, S31: and a yes to keeping, in words that hold, neither."""
    amina = stage.person(1)
    await allows(amina, "Quote")
    [told] = await stage.testimonies(1)
    before = await stage.consents(1)
    for purpose in ("keep", "quote"):
        await amina.taps_data(stage.signer.sign(1, f"t:{purpose}:{told.id}:1"), 1)
    assert await stage.consents(1) == before


ASKED = {
    "testimony": "4662a383b3692220 b72e24d0e2af0035 684d5c99eb85ea20 b258a245bc819c0d 35b603200d903935",
    "": "4662a383b3692220 fcd1b1fdb322a49a c8fd33288a2b4429 b4f1dea7c8f34c94 0c8d91cee2106b35",
}
"""Beginnings of the hashes of what the form and /mine (but for keeping) ask in English, as people have been asked since
before photos could be shown.
"""


async def test_the_words_of_the_five_are_still_those_in_which_people_were_asked(stage: Stage) -> None:
    """S31: a sixth switch in the same question asks nobody anew. Change these with the words, not with the code."""
    amina = stage.person(1)
    await allows(amina, "Share with partners", PUBLISH, "Quote", "Ask me again")
    for source in ("testimony", ""):
        found = {each.purpose: each for each in await stage.consents(1)}
        assert set(found) == set(PURPOSES)
        assert {each: found[each].wording[:16] for each in PURPOSES} == dict(
            zip(PURPOSES, ASKED[source].split(), strict=True)
        )
        await _opened(amina)
        for label in ("Share with", PUBLISH, "Quote", "Ask me again"):
            await amina.taps(label)
