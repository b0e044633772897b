"""Coding: what voices are about, by tapping; suggestions that are no codes; a second coder who is blind."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot import coding, framing, themes
from bot.buttons import LONGEST
from bot.coded import HERS, Coded, Coding
from bot.frame import Code, Frame
from bot.ports import Unit
from bot.testimony import State
from bot.workshop import Refused
from tests.deeds.stage import Player, Stage, forms, plain

FRAME = Frame(
    "kit",
    "1",
    (
        *(Code(f"q{n}", {"": f"Question {n}"}, {"": "Questions"}) for n in range(1, 11)),
        Code(
            "water",
            {"": "Water", "fr": "Eau"},
            {"": "Needs", "fr": "Besoins"},
            keywords={"": "well; pump"},
            definition={"": "To drink, to wash"},
        ),
        Code("old", {"": "Out of use"}, {"": "Needs"}, retired=True),
    ),
    second=100,
)


async def use(stage: Stage, frame: Frame = FRAME) -> None:
    await stage.do(lambda unit: coding.load(unit, stage.here(), "operator", "mmm", frame))


async def given(stage: Stage, id: int = 1) -> list[tuple[str, bool]]:
    """The codes of this person's newest testimony but for her own, and whether the second coder gave them."""
    [told, *_] = await stage.testimonies(id)
    return [(each.code, each.second) for each in await stage.do(lambda unit: unit.codings.of(told.id))]


async def themes_of(vera: Player) -> None:
    """From /next to the themes: one tap from the card."""
    await vera.says("/next")
    await vera.taps("Themes")


async def question(stage: Stage, story: str, id: int = 1) -> None:
    """A voice that Vera (8) codes as "Question 1", and accepts."""
    await stage.person(id).tells(story)
    vera = stage.person(8) if 8 in stage.people else await stage.moderator(8)
    await themes_of(vera)
    await vera.taps("Questions")
    await vera.taps("Question 1")
    await vera.taps("Back")
    await vera.taps("Back")
    await vera.taps("Accept")


# -- the first coder --------------------------------------------------------------------------------------------------


async def test_a_theme_is_given_and_taken_back_by_tapping(stage: Stage) -> None:
    """Words stay on the card above; codes carry who, when, and by which version of which frame."""
    await stage.person(1).tells("The school is closed.")
    vera = await stage.moderator(2)
    await themes_of(vera)
    card = vera.last.number
    assert "The school is closed." in vera.sees
    assert vera.last.labels[:2] == ("☐ Poverty, income", "☐ Food")
    assert len(vera.last.labels) == 8 + len(("▶", "Back"))
    await vera.taps("Food")
    assert (vera.last.number, "☑ Food" in vera.last.labels) == (card, True)
    assert "Coded: Food" in vera.sees
    [told] = await stage.testimonies(1)
    [code] = await stage.do(lambda unit: unit.codings.of(told.id))
    role = await stage.role(2)
    assert (code.code, code.coder, code.frame, code.version) == ("food", role.id, "themes", told.form_version)
    assert code.at == stage.now
    await vera.taps("Food")
    assert await given(stage) == []
    deeds = [each.verb for each in await stage.do(lambda unit: unit.journal.read(4))]
    assert deeds[:2] == ["took a code back", "coded"]


async def test_pages_are_turned_and_the_moderators_language_is_theirs(stage: Stage) -> None:
    await stage.person(1).tells()
    vera = stage.person(2, "fr")
    await stage.moderator(2)
    await vera.says("/next")
    await vera.taps("Thèmes")
    assert "☐ Nourriture" in vera.last.labels
    await vera.taps("▶")
    assert vera.last.labels[0].endswith("Infos, internet")
    await vera.taps("Environnement")
    assert "☑ Environnement" in vera.last.labels
    await vera.taps("◀")
    assert "☐ Nourriture" in vera.last.labels


async def test_on_is_to_the_left_where_one_reads_from_right_to_left(stage: Stage) -> None:
    await stage.person(1).tells()
    vera = stage.person(2, "ar")
    await stage.moderator(2)
    await vera.says("/next")
    await vera.taps("المواضيع")
    assert plain(vera.last.labels[-2]) == "◀ 2/2"
    await vera.taps("◀")
    assert plain(vera.last.labels[-2]) == "▶ 1/2"


async def test_categories_stand_before_codes_and_a_code_is_three_taps_from_the_card(stage: Stage) -> None:
    await use(stage)
    await stage.person(1).tells("Nothing fits.")
    vera = await stage.moderator(2)
    await themes_of(vera)
    assert list(vera.last.labels) == ["Questions", "Needs", "Back"]
    await vera.taps("Needs")
    assert list(vera.last.labels) == ["☐ Water", "Back"]
    assert "Water: To drink, to wash" in vera.sees
    await vera.taps("Water")
    await vera.taps("Back")
    assert list(vera.last.labels) == ["☑ Water", "Questions", "Needs (1)", "Back"]
    await vera.taps("Questions")
    assert [each for each in vera.last.labels if each.startswith("☐")] == [
        f"☐ Question {n}" for n in range(1, 9)
    ]
    await vera.taps("▶")
    assert list(vera.last.labels) == ["☐ Question 9", "☐ Question 10", "◀ 1/2", "Back"]
    await vera.taps("Question 10")
    assert await given(stage) == [("water", False), ("q10", False)]


async def test_what_she_chose_is_hers_and_no_code_of_a_moderator(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("We are hungry.")
    await amina.taps("Food")
    await amina.taps("Send")
    vera = await stage.moderator(2)
    await themes_of(vera)
    assert "☐ 👤 Food" in vera.last.labels
    assert "👤 the person chose it" in vera.sees
    [told] = await stage.testimonies(1)
    assert await given(stage) == []
    await vera.taps("Health")
    codes = await stage.do(lambda unit: themes.codes_of(unit, told))
    role = await stage.role(2)
    assert [(each.code, each.coder) for each in codes] == [("food", HERS), ("health", role.id)]
    assert {(each.frame, each.version) for each in codes} == {("themes", told.form_version)}


async def test_a_suggestion_is_no_code_until_it_is_tapped(stage: Stage) -> None:
    """By the author's keywords, and by what was given to a voice like it."""
    await use(stage)
    await question(stage, "The river took all our houses away.")
    await stage.person(2).tells("The pump is broken, and the river took our houses.")
    vera = stage.person(8)
    await themes_of(vera)
    assert vera.last.labels[:2] == ("☐ 💡 Question 1", "☐ 💡 Water")
    assert "💡 a suggestion: it counts only once you tap it" in vera.sees
    assert await given(stage, 2) == []
    await vera.taps("💡 Water")
    assert vera.last.labels[:2] == ("☐ 💡 Question 1", "☑ Water")
    assert await given(stage, 2) == [("water", False)]


async def test_a_button_of_a_frame_that_was_replaced_gives_no_code_of_the_new_one(stage: Stage) -> None:
    await use(stage)
    await stage.person(1).tells("Nothing fits.")
    vera = await stage.moderator(2)
    await themes_of(vera)
    await vera.taps("Needs")
    number, old = vera.button("Water")
    turned = replace(FRAME, version="2", codes=tuple(reversed(FRAME.codes)))
    await use(stage, turned)
    await vera.taps_data(old.data, number)
    assert await given(stage) == []
    assert "Needs" in vera.last.labels
    await vera.taps("Needs")
    await vera.taps("Water")
    assert await given(stage) == [("water", False)]


async def test_nobody_codes_what_is_not_open_with_them(stage: Stage) -> None:
    """S20, S22: of another partner, with a colleague, decided, or without a role."""
    await stage.person(1).tells()
    vera, victor = await stage.moderator(2), await stage.moderator(3)
    outsider, stranger = await stage.moderator(4, partner="omep"), stage.person(5)
    await themes_of(vera)
    number, key = vera.button("Food")
    action = stage.signer.check(2, key.data)
    assert action
    for other in (victor, outsider, stranger):
        await other.taps_data(stage.signer.sign(other.id, action), number)
        assert "The school is closed." not in other.everything
    await vera.taps("Back")
    await vera.taps("Accept")
    await vera.taps_data(key.data, number)
    assert await given(stage) == []


async def test_every_button_of_the_largest_frame_fits(stage: Stage) -> None:
    large = Frame(
        "large", "1", tuple(Code(f"c{n}", {"": f"{n} " + "x" * 90}, {"": f"{n // 20}"}) for n in range(500))
    )
    await use(stage, large)
    await stage.person(1).tells()
    vera = await stage.moderator(2)
    await themes_of(vera)
    for _ in range(3):
        await vera.taps("▶")
    await vera.taps("24")
    await vera.taps("▶")
    await vera.taps("▶")
    actions = [stage.signer.check(2, key.data) for key in vera.last.keys]
    assert max(len(each) for each in actions if each) <= LONGEST - 3  # the version has one digit here
    assert max(map(len, vera.last.labels)) <= len("☐ ") + 40
    await vera.taps("499")
    assert await given(stage) == [("c499", False)]


# -- the second coder -------------------------------------------------------------------------------------------------


async def test_a_second_coder_sees_the_voice_and_not_what_the_first_found(stage: Stage) -> None:
    """S43: protected, and gone from their chat once it is done."""
    await use(stage)
    await question(stage, "The pump is dry.")
    [told] = await stage.testimonies(1)
    assert "Second coding" not in stage.person(8).last.labels  # nobody codes the same twice
    victor = await stage.moderator(9)
    await victor.says("/next")
    assert victor.last.labels == ("Next", "Second coding")
    await victor.taps("Second coding")
    assert "You code this voice a second time." in victor.sees
    assert "The pump is dry." in victor.sees
    assert victor.last.message.protect
    for trace in ("Coded", "💡", "☑", "(1)", "Question 1"):
        assert trace not in victor.sees + " ".join(victor.last.labels)
    await victor.taps("Needs")
    await victor.taps("Water")
    await victor.taps("Back")
    await victor.taps("Finished")
    assert victor.sees == f"{told.receipt}: coded a second time. Thank you."
    assert "The pump is dry." not in victor.everything  # S43
    assert await given(stage) == [("q1", False), ("water", True)]
    assert [each.code for each in await stage.do(lambda unit: themes.codes_of(unit, told))] == ["q1"]
    agreed = await stage.do(lambda unit: themes.agreed(unit, "mmm"))
    assert (agreed.overall.units, agreed.codes["water"].alpha, agreed.codes["q2"].alpha) == (1, 0.0, None)
    await victor.says("/next")
    assert "Second coding" not in victor.last.labels


async def test_a_long_voice_is_read_to_its_end_while_it_is_coded(stage: Stage) -> None:
    """A second coder has no other card on which to turn its pages."""
    await use(stage)
    await question(stage, f"First {'and so on ' * 300}last")
    victor = await stage.moderator(9)
    await victor.says("/next")
    await victor.taps("Second coding")
    assert "First" in victor.sees
    while "last" not in victor.sees:
        await victor.taps("Next page")
    assert "Finished" in victor.last.labels
    await victor.taps("Needs")
    await victor.taps("Water")
    assert await given(stage) == [("q1", False), ("water", True)]


async def test_a_second_coding_that_is_not_finished_goes_to_the_next(stage: Stage) -> None:
    await use(stage)
    await question(stage, "The pump is dry.")
    victor, vanda = await stage.moderator(9), await stage.moderator(10)
    await victor.says("/next")
    await victor.taps("Second coding")
    await victor.taps("Needs")
    await victor.taps("Water")
    await vanda.says("/next")
    assert vanda.last.labels == ("Next",)
    await stage.wakes(minutes=31)
    await vanda.says("/next")
    await vanda.taps("Second coding")
    assert await given(stage) == [("q1", False)]
    await victor.taps("Water", victor.last.number)
    assert "The pump is dry." not in victor.everything
    await vanda.taps("Release")
    await victor.says("/next")
    assert "Second coding" in victor.last.labels


@pytest.mark.parametrize("gone", ["withdrawn", "sensitive", "undone"])
async def test_what_may_no_longer_be_read_is_not_coded_a_second_time(stage: Stage, gone: str) -> None:
    """S34, S40."""
    await use(stage)
    await question(stage, "The pump is dry.")
    [told] = await stage.testimonies(1)
    victor = await stage.moderator(9)
    await victor.says("/next")
    await victor.taps("Second coding")
    await victor.taps("Needs")

    def work(unit: Unit) -> None:
        if gone == "withdrawn":
            unit.testimonies.save(replace(told, state=State.WITHDRAWN))
            unit.testimonies.erase_words(told.id, respondent=told.respondent, now=stage.now)
        elif gone == "sensitive":
            unit.testimonies.save(replace(told, sensitive=True))
        else:
            unit.testimonies.save(replace(told, state=State.IN_REVIEW, claimed_by=None))

    await stage.do(work)
    await victor.taps("Water")
    assert "The pump is dry." not in victor.everything
    assert [each for each in await given(stage) if each[1]] == []
    vanda = await stage.moderator(10)
    await vanda.says("/next")
    assert "Second coding" not in vanda.last.labels


async def test_of_many_voices_the_frames_share_is_coded_twice_whoever_asks(stage: Stage) -> None:
    """The same voices at every look, about as many as the frame says."""
    ids = [f"{n:032x}" for n in range(2000)]

    def sample(unit: Unit, share: int) -> set[str]:
        return {each for each in ids if unit.codings.sampled(each, share)}

    tenth, again, half = [await stage.do(lambda unit, n=n: sample(unit, n)) for n in (10, 10, 50)]  # type: ignore[misc]
    assert tenth == again
    assert tenth < half
    assert 150 < len(tenth) < 250
    assert 900 < len(half) < 1100
    assert await stage.do(lambda unit: sample(unit, 0)) == set()


async def test_a_frame_that_wants_no_second_coding_gets_none(stage: Stage) -> None:
    await use(stage, replace(FRAME, second=0))
    await question(stage, "The pump is dry.")
    victor = await stage.moderator(9)
    await victor.says("/next")
    assert victor.last.labels == ("Next",)


async def coded_by_two(stage: Stage, number: int, first: str, second: str) -> None:
    """One more accepted voice, with a code of its first coder and one of its second."""
    await stage.person(number).tells(f"Story {number}")
    [told] = await stage.testimonies(number)
    coders = [(await stage.role(8)).id, (await stage.role(9)).id]

    def code(unit: Unit) -> None:
        unit.testimonies.save(replace(told, state=State.ACCEPTED))
        for coder, given, again in zip(coders, (first, second), (False, True), strict=True):
            unit.codings.save(Coding(told.id, again, "mmm", coder, "kit", "1", stage.now, open=False))
            coded = Coded(told.id, given, coder, stage.now, "kit", "1", again)
            unit.codings.give(coded, partner="mmm")

    await stage.do(code)


async def test_moderators_see_how_far_two_coders_agree_once_ten_voices_were_coded_twice(
    stage: Stage,
) -> None:
    """The lowest first: what to talk about. What nobody gave is not listed."""
    await use(stage)
    vera, _ = await stage.moderator(8), await stage.moderator(9)
    for number in range(11, 20):
        await coded_by_two(stage, number, "water", "q1" if number == 11 else "water")
    await vera.says("/stats")
    assert "Agreement" not in vera.sees
    assert vera.last.labels == ()
    await coded_by_two(stage, 20, "q1", "q1")
    await vera.says("/stats")
    assert vera.sees.splitlines()[-1] == (
        "Agreement of two coders: 0.89 (1: always, 0: as by chance). Voices coded twice: 10"
    )
    await vera.taps("Agreement by theme")
    head, *listed = vera.sees.splitlines()
    assert head.startswith("Make Mothers Matter: agreement of two coders, theme by theme, the lowest first.")
    assert listed == ["Question 1: 0.63", "Water: 0.63"]


# -- at a shell -------------------------------------------------------------------------------------------------------


async def test_an_operator_loads_a_frame_and_takes_it_out_again(stage: Stage, tmp_path: Path) -> None:
    """Versions are counted where the file says none; what is taken out is what was read."""
    table, book, scheme = tmp_path / "kit.csv", tmp_path / "kit.xlsx", tmp_path / "kit.json"
    partner = await stage.do(lambda unit: unit.people.partner("mmm"))

    async def load(path: Path) -> str:
        reading = framing.read(str(path))
        return await stage.do(lambda unit: framing.load(unit, stage.here(), partner, reading))

    assert await stage.do(lambda unit: framing.lines(unit, partner)) == [
        f"Make Mothers Matter  themes  {forms()[0].version}  15 codes  in use"
    ]
    table.write_text("type,category,code,code::French\nNeed,Water,Wells,Puits\nNeed,Food,Rice,\n", "utf-8")
    assert await load(table) == "Make Mothers Matter codes by kit 1: 2 codes.\nnew: Wells, Rice"
    assert await load(table) == "Make Mothers Matter codes by kit 1 already."
    table.write_text("type,category,code\nNeed,Water,Wells\nNeed,Water,Pumps\n", "utf-8")
    assert (
        await load(table)
        == "Make Mothers Matter codes by kit 2: 2 codes.\nnew: Pumps\nrenamed: Wells\nretired: Rice"
    )
    for file in (book, scheme):
        told = await stage.do(lambda unit, file=file: framing.export(unit, partner, file))  # type: ignore[misc]
        assert told == f"kit 2 with 3 codes is in {file}."
        assert await load(file) == "Make Mothers Matter codes by kit 2 already."
        with pytest.raises(Refused, match="is there already"):
            await stage.do(lambda unit, file=file: framing.export(unit, partner, file))  # type: ignore[misc]
    scheme.write_text(scheme.read_text().replace("Pumps", "Hand pumps"))
    with pytest.raises(
        Refused, match="version 2 of kit is kept with another content: give it another version"
    ):
        await load(scheme)
    assert len(await stage.deeds("loaded a frame")) == 2
    assert len(await stage.do(lambda unit: framing.lines(unit, partner))) == 2
    table.write_text("a,b\n1,2\n")
    with pytest.raises(Refused, match="row 1: No sheet has a column “code”"):
        await load(table)
    with pytest.raises(Refused, match="give one of these kinds of files"):
        await load(tmp_path / "kit.docx")


async def test_an_operator_sees_how_far_coders_agree(stage: Stage) -> None:
    await use(stage)
    partner = await stage.do(lambda unit: unit.people.partner("mmm"))
    assert await stage.do(lambda unit: framing.agreement(unit, partner)) == (
        "Make Mothers Matter, kit. Voices coded by two: 0. Nothing to compare yet."
    )
    await question(stage, "The pump is dry.")
    victor = await stage.moderator(9)
    await victor.says("/next")
    await victor.taps("Second coding")
    await victor.taps("Needs")
    await victor.taps("Water")
    await victor.taps("Back")
    await victor.taps("Finished")
    lines = (await stage.do(lambda unit: framing.agreement(unit, partner))).splitlines()
    assert lines[0] == "Make Mothers Matter, kit. Voices coded by two: 1."
    assert lines[2:4] == [" 0.00       1  Question 1", "    -       1  Question 10"]
    assert lines[-1] == "-0.05       1  all codes together"
