"""Redacting and the second look: names hidden by taps or by hand, two people, and what is never published."""

import json
from dataclasses import replace

import pytest

from bot.card import redacted
from bot.people import Role
from bot.ports import Unit
from bot.redaction import Redaction
from bot.standing import LEASE
from bot.submissions import Submission
from bot.team import remove
from bot.testimony import Publication, State
from bot.testimony import Testimony as Voice  # a name that pytest does not take for a test
from tests.deeds.stage import Player, Stage, catalogs, plain
from tests.leaving import submissions
from tests.stores import every_row

STORY = "In the evening we saw Bakoly Jean. Call 034 12 345 67, the rice is 2500 Ar."
CLEAN = "In the evening we saw [name]. Call [number], the rice is 2500 Ar."


async def allows(player: Player, *labels: str) -> None:
    """She allows these on /mine."""
    await player.says("/mine")
    await player.taps((await player.stage.testimonies(player.id))[0].receipt)
    for label in labels:
        await player.taps(label)


async def accepted(stage: Stage, story: str = STORY, *labels: str) -> tuple[Player, Player, Player]:
    """Amina told it and allows it to be published; Vera accepted it; Victor has not seen it."""
    amina, vera, victor = stage.person(1), await stage.moderator(2), await stage.moderator(3)
    await amina.tells(story)
    await allows(amina, *(labels or ("Publish",)))
    await vera.says("/next")
    await vera.taps("Accept")
    return amina, vera, victor


async def looked(stage: Stage, story: str = STORY, *labels: str) -> tuple[Player, Player, Player]:
    """Vera redacted it as well, and Victor has its second look."""
    amina, vera, victor = await accepted(stage, story, *labels)
    await vera.taps("Hide names")
    await vera.taps("Hide these")
    await vera.taps("Done")
    await victor.says("/next")
    return amina, vera, victor


async def one(stage: Stage) -> Voice:
    return (await stage.testimonies(1))[0]


async def public(stage: Stage) -> list[Publication]:
    kept = await one(stage)
    return await stage.do(lambda unit: unit.publications.of(kept.id))


async def versions(stage: Stage) -> list[Redaction]:
    kept = await one(stage)
    return await stage.do(lambda unit: unit.redactions.of(kept.id, respondent=kept.respondent))


async def leaving(stage: Stage) -> list[str]:
    kept = await one(stage)
    return list((await stage.do(lambda unit: redacted(unit, catalogs(), kept))).values())


def html(player: Player) -> str:
    """The last message with its marks."""
    return "".join(
        f"<{'+'.join(run.styles)}>{run.words}</>" if run.styles else run.words
        for part in player.last.message.parts
        for run in getattr(part, "runs", ())
    )


# -- hide names -------------------------------------------------------------------------------------------------------


async def test_suggested_spans_are_marked_numbered_and_hidden_in_the_language_of_the_text(
    stage: Stage,
) -> None:
    """S36, S43: the original stays as it was; the copy is a version, by whom and when."""
    _, vera, _ = await accepted(stage)
    await vera.taps("Hide names")
    assert html(vera) == (
        "In the evening we saw (1) <b+u>Bakoly Jean</>. Call (2) <b+u>034 12 345 67</>, the rice is 2500 Ar."
    )
    assert vera.last.message.protect
    assert vera.last.labels == ("☑ 1", "☑ 2", "Hide these", "Done")
    await vera.taps("Hide these")
    assert CLEAN in vera.sees
    assert "Bakoly" not in vera.everything
    await vera.taps("Done")
    assert vera.sees == "Before it is published, a colleague reads it once more. Thank you."
    assert CLEAN not in vera.everything
    [copy] = await versions(stage)
    assert (list(copy.texts.values()), copy.moderator, copy.number) == ([CLEAN], (await stage.role(2)).id, 1)
    assert STORY in (await one(stage)).answers.values()
    assert await leaving(stage) == [CLEAN]
    assert len(await stage.deeds("redacted")) == 1
    assert "Bakoly" not in str(every_row(stage.url))
    assert "[name]" not in str(every_row(stage.url)["redactions"])


async def test_a_number_that_is_tapped_stays_and_who_said_so_is_kept(stage: Stage) -> None:
    """S36: acknowledged one by one, with the moderator's id."""
    _, vera, _ = await accepted(stage)
    await vera.taps("Hide names")
    await vera.taps("1")
    assert vera.last.labels[:2] == ("☐ 1", "☑ 2")
    assert "(1) <u>Bakoly Jean</>" in html(vera)
    await vera.taps("Hide these")
    [copy] = await versions(stage)
    assert [each[1:3] for each in copy.kept] == [("Bakoly Jean", (await stage.role(2)).id)]
    assert await leaving(stage) == ["In the evening we saw Bakoly Jean. Call [number], the rice is 2500 Ar."]


async def test_many_spans_come_eight_a_page(stage: Stage) -> None:
    _, vera, _ = await accepted(stage, " and ".join(f"03412345{n:02}" for n in range(20)))
    await vera.taps("Hide names")
    assert [each for each in vera.last.labels if each[2:].isdecimal()] == [f"☑ {n}" for n in range(1, 9)]
    await vera.taps("Next page")
    await vera.taps("Next page")
    assert [each for each in vera.last.labels if each[2:].isdecimal()] == [f"☑ {n}" for n in range(17, 21)]
    await vera.taps("20")
    assert "☐ 20" in vera.last.labels
    await vera.taps("Hide these")
    assert (await leaving(stage))[0].count("[number]") == 19


async def test_a_corrected_text_is_shown_as_a_difference_and_kept_or_not(stage: Stage) -> None:
    """S36, S40: what was written lies sealed with her key, and nowhere else."""
    _, vera, _ = await accepted(stage)
    await vera.taps("Hide names")
    await vera.says("In the evening we saw a neighbour. The rice is 2500 Ar.")
    assert "<s>Bakoly" in html(vera)
    assert "<u>a neighbour. The </>" in html(vera)
    assert vera.last.labels == ("Keep", "Cancel")
    assert "neighbour" not in json.dumps(dict((await stage.role(2)).waiting))
    await vera.taps("Cancel")
    assert await versions(stage) == []
    await vera.says("In the evening we saw a neighbour. The rice is 2500 Ar.")
    await vera.taps("Keep")
    assert await leaving(stage) == ["In the evening we saw a neighbour. The rice is 2500 Ar."]


async def test_what_a_corrected_text_still_shows_is_hidden_or_acknowledged_before_it_may_leave(
    stage: Stage,
) -> None:
    """S36: refused while open."""
    _, vera, victor = await accepted(stage)
    await vera.taps("Hide names")
    await vera.says("We saw a neighbour, 034 12 345 67, in Ambato.")
    await vera.taps("Keep")
    assert html(vera) == "We saw a neighbour, (1) <b+u>034 12 345 67</>, in (2) <b+u>Ambato</>."
    assert await leaving(stage) == []
    await victor.says("/next")
    assert victor.sees == "Nothing is waiting. Thank you."  # Vera has it
    await vera.taps("2")
    await vera.taps("Hide these")
    await vera.taps("Done")
    assert await leaving(stage) == ["We saw a neighbour, [number], in Ambato."]
    await victor.says("/next")
    assert victor.sees.startswith("Second look")


async def test_before_it_is_accepted_names_are_hidden_from_more_and_an_edit_outdates_the_copy(
    stage: Stage,
) -> None:
    """S36, R8: bound to the words it was made of."""
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    number = await amina.says(STORY)
    await amina.taps("Send")
    await vera.says("/next")
    await vera.taps("More")
    await vera.taps("Hide names")
    await vera.taps("Hide these")
    assert await leaving(stage) == [CLEAN]
    await amina.edits(number, "We are well, says Rasoa.")
    assert await leaving(stage) == []
    assert len(await versions(stage)) == 1


async def test_what_is_exported_is_the_copy_and_a_text_without_one_stays(stage: Stage) -> None:
    """S32, S36."""
    amina, vera, _ = await accepted(stage, STORY, "Share")

    def leave(unit: Unit) -> list[Submission]:
        return submissions(unit, "mmm", stage.now)

    [bare] = await stage.do(leave)
    assert ("Bakoly" in bare.xml, "evening" in bare.xml, bare.stayed) == (False, False, 1)
    await allows(amina, "Publish")
    await vera.says("/next")
    await vera.taps("Hide these")
    [redone] = await stage.do(leave)
    assert (CLEAN in redone.xml, redone.stayed) == (True, 0)


# -- the second look --------------------------------------------------------------------------------------------------


async def test_a_second_person_sees_it_as_it_would_appear_and_publishes_it(stage: Stage) -> None:
    """S36, S38, S6: two people; nothing of the person, of the hour, of recordings."""
    amina, _, victor = await looked(stage)
    shown = victor.sees
    for words in (
        "Second look",
        "Receipt: ",
        "Country: Madagascar",
        CLEAN,
        "without a photo. Voice notes are never",
    ):
        assert words in shown
    for secret in ("Bakoly", "034 12", "Allowed", "Original language"):
        assert secret not in shown
    assert victor.last.labels == ("Publish", "Send back to redacting", "Never publish")
    await victor.taps("Publish")
    [publication] = await public(stage)
    [copy] = await versions(stage)
    assert (publication.purpose, publication.redaction, publication.moderator) == (
        "publish",
        copy.id,
        (await stage.role(3)).id,
    )
    assert len(await stage.deeds("published")) == 1
    assert "published" not in amina.sees  # she did not agree to be contacted
    await victor.says("/next")
    assert victor.sees == "Nothing is waiting. Thank you."
    await allows(amina, "Publish")
    assert await public(stage) == []
    await victor.says("/stats")
    assert victor.sees.endswith("accepted: 1\nread a second time: 1")


async def test_who_is_of_the_team_no_more_keeps_nothing_and_holds_nothing_up(stage: Stage) -> None:
    """S22, S43: what was accepted is taken out of their chat too, and waits for the others at once."""
    _, vera, victor = await looked(stage)
    await victor.says(f"/search {(await one(stage)).receipt}")
    assert "Bakoly" in victor.everything
    gone = (await stage.role(3)).id
    await stage.do(lambda unit: remove(unit, stage.here("remove"), gone))
    await stage.deliver()
    assert not any(each in victor.everything for each in (CLEAN, "Bakoly"))
    third = await stage.moderator(4)
    await third.says("/next")
    assert CLEAN in third.sees
    assert CLEAN not in vera.everything


async def test_nobody_looks_at_what_they_redacted_accepted_or_told(stage: Stage) -> None:
    """S36, S22: nor in another role; a forged tap is refused."""
    amina, vera, victor = await accepted(stage)
    await victor.says("/next")
    await victor.taps("Hide these")
    await victor.taps("Done")
    await stage.moderator(2, Role.LEAD)
    await stage.moderator(1)
    for player in (amina, vera, victor):
        await player.says("/next")
        assert player.sees == "Nothing is waiting. Thank you."
        kept = await one(stage)
        forged = stage.signer.sign(player.id, f"r:p8:{kept.id}:{kept.version}")
        await player.taps_data(forged, 1)
        assert await public(stage) == []
        await stage.wakes(minutes=31)
    third = await stage.moderator(4)
    await third.says("/next")
    await third.taps("Publish")
    assert len(await public(stage)) == 1


async def test_what_has_no_words_never_waits_to_be_published(stage: Stage) -> None:
    """S38: a voice note alone."""
    amina, vera, victor = stage.person(1), await stage.moderator(2), await stage.moderator(3)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.sends_voice(40)
    await amina.taps("Send")
    await allows(amina, "Publish")
    await vera.says("/next")
    await vera.taps("Accept")
    await victor.says("/next")
    assert victor.sees == "Nothing is waiting. Thank you."


async def test_quoting_alone_and_only_what_she_allows(stage: Stage) -> None:
    """S31, S36."""
    amina, _, victor = await looked(stage, STORY, "Publish", "Quote", "Ask me again")
    assert victor.last.labels[:2] == ("Publish", "Quote only")
    await victor.taps("Quote only")
    assert [each.purpose for each in await public(stage)] == ["quote"]
    assert "the report may quote it" in amina.sees
    await amina.says("/mine")
    await amina.taps((await one(stage)).receipt)
    assert "free to be quoted" in amina.sees


async def test_sent_back_it_is_redacted_again_and_looked_at_again(stage: Stage) -> None:
    _, vera, victor = await looked(stage)
    await victor.taps("Send back to redacting")
    await vera.says("/next")
    assert vera.sees.startswith("Hide names: ")
    await vera.taps("It can stay so")
    await vera.taps("Done")
    assert [each.number for each in await versions(stage)] == [1, 2]
    await victor.says("/next")
    await victor.taps("Publish")
    assert len(await public(stage)) == 1


async def test_what_is_published_is_what_was_read(stage: Stage) -> None:
    """S36, S43: who redacted it takes it once more when the second reader’s half hour is over: their card goes, and a
    tap on one that could not be taken out shows the other copy.
    """
    _, vera, victor = await looked(stage)
    number, publish = victor.button("Publish")
    await stage.wakes(minutes=31)
    kept = await one(stage)
    await vera.taps_data(stage.signer.sign(2, f"r:r1:{kept.id}:{kept.version}"), 1)
    await vera.says("In the evening we saw nobody.")
    await vera.taps("Keep")
    await vera.taps("Done")
    assert CLEAN not in victor.everything
    await victor.taps_data(publish.data, number)
    assert await public(stage) == []
    assert "In the evening we saw nobody." in victor.sees
    await victor.taps("Publish")
    [published, *_] = await public(stage)
    assert published.redaction == (await versions(stage))[-1].id


async def test_never_publish_lasts_and_only_a_lead_lifts_it_with_a_reason(stage: Stage) -> None:
    """S33, S36."""
    lead = await stage.moderator(9, Role.LEAD)
    _, vera, victor = await looked(stage)
    await victor.taps("Never publish")
    assert not (await one(stage)).withheld
    await victor.taps("Never publish")
    assert (await one(stage)).withheld
    assert "will never be published" in lead.sees
    for player in (vera, victor):
        await player.says("/next")
        assert player.sees == "Nothing is waiting. Thank you."
    kept = await one(stage)
    forged = stage.signer.sign(2, f"r:pl:{kept.id}:{kept.version}")
    await vera.taps_data(forged, 1)
    await vera.says("because")
    assert (await one(stage)).withheld
    await lead.taps("Allow it again")
    await lead.says("She asked for it herself.")
    assert not (await one(stage)).withheld
    await victor.says("/next")
    await victor.taps("Publish")
    assert len(await public(stage)) == 1
    assert [len(await stage.deeds(verb)) for verb in ("withheld", "lifted", "published")] == [1, 1, 1]


async def test_told_for_somebody_else_each_check_is_tapped_first(stage: Stage) -> None:
    """S32: blocked otherwise."""
    _, vera, victor = await accepted(stage)
    kept = await one(stage)
    form = await stage.do(lambda unit: unit.forms.current("testimony"))
    behalf = {str(form.meaning("speaks_as")): "behalf"}
    told = replace(kept, answers={**kept.answers, **behalf})
    await stage.do(lambda unit: unit.testimonies.save(told))
    await vera.says("/next")
    await vera.taps("Hide these")
    await vera.taps("Done")
    await victor.says("/next")
    assert "Publish" not in victor.last.labels
    now = await one(stage)
    await victor.taps_data(stage.signer.sign(3, f"r:p8:{now.id}:{now.version}"), victor.last.number)
    assert await public(stage) == []
    await victor.says("/next")
    for label in ("Third persons", "The place", "Nobody"):
        await victor.taps(label)
    await victor.taps("Publish")
    assert len(await public(stage)) == 1


async def test_accepting_is_undone_until_a_colleague_has_gone_on_with_it(stage: Stage) -> None:
    """R35: then it is said kindly."""
    _, vera, victor = await accepted(stage)
    number, undo = vera.button("Undo")
    await victor.says("/next")
    for goes_on in ((), ("Hide these", "Done")):
        for label in goes_on:
            await victor.taps(label)
        await vera.taps_data(undo.data, number)
        assert vera.sees.startswith("A colleague has gone on with it")
        assert (await one(stage)).state is State.ACCEPTED


async def test_what_a_colleague_hid_before_it_was_accepted_bars_no_undo(stage: Stage) -> None:
    await stage.person(1).tells(STORY)
    vera, victor = await stage.moderator(2), await stage.moderator(3)
    await victor.says("/next")
    for label in ("More", "Hide names", "Hide these"):
        await victor.taps(label)
    stage.now += LEASE
    await vera.says("/next")
    for label in ("Accept", "Undo"):
        await vera.taps(label)
    assert (await one(stage)).state is State.IN_REVIEW


async def test_who_hid_the_names_alone_may_still_undo_until_it_is_published(stage: Stage) -> None:
    """R35: and once she took it back, that is what is said."""
    amina, vera, victor = await accepted(stage)
    for labels in (("Hide names",), ("Hide names", "Hide these", "Done")):
        number, undo = vera.button("Undo")
        for label in labels:
            await vera.taps(label)
        await vera.taps_data(undo.data, number)
        assert (await one(stage)).state is State.IN_REVIEW
        await vera.taps("Accept")
    number, undo = vera.button("Undo")
    for label in ("Hide names", "Done"):
        await vera.taps(label)
    await victor.says("/next")
    await victor.taps("Publish")
    await vera.taps_data(undo.data, number)
    assert vera.sees.startswith("A colleague has gone on with it")
    await amina.says("/withdraw")
    await amina.taps("Yes, withdraw it")
    await vera.taps_data(undo.data, number)
    assert "has withdrawn this voice" in vera.sees


@pytest.mark.parametrize("language", ["ar", "fr"])
async def test_marks_are_in_the_language_of_the_text(stage: Stage, language: str) -> None:
    _, vera, _ = await accepted(stage)
    kept = await one(stage)
    await stage.do(lambda unit: unit.testimonies.save(replace(kept, language=language)))
    await vera.says("/next")
    await vera.taps("Hide these")
    [words] = await leaving(stage)
    assert {"ar": "[اسم]", "fr": "[nom]"}[language] in plain(words)
