"""Sheltering: the sensitive lane (S34): who reads it, who is kept out, and that nothing of it is seen outside."""

import json
import logging
import random
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import pytest

from bot import dangerwords, helplines, lane
from bot.cases import CaseState, Outcome, Step, StepKind
from bot.chat.moderating import front
from bot.metrics import Metrics, waiting
from bot.people import Consent, Partner, Role
from bot.ports import Unit
from bot.speech import Sentence
from bot.team import remove
from bot.testimony import DecisionKind, State, Testimony
from tests.deeds.stage import Player, Stage, plain
from tests.leaving import submissions

CODE = re.compile(r"K-[2-9A-HJ-NP-TV-Z]{5,}")
RECEIPT = re.compile(r"\b[A-Z]{2}-[2-9A-HJ-NP-TV-Z]{4,8}\b")
LABEL = re.compile(r"\b[0-9A-F]{4}\b")
"""What a moderator goes by in the team, where their lead gave no word."""
LONE_CHILD = "Fourteen canaries told me of it."


async def told(stage: Stage, id: int = 1) -> Testimony:
    return (await stage.testimonies(id))[0]


async def steps(stage: Stage, id: int = 1) -> list[Step]:
    testimony = await told(stage, id)
    return await stage.do(lambda unit: unit.cases.steps(testimony.id, respondent=testimony.respondent))


async def outcome(stage: Stage, id: int = 1) -> tuple[CaseState, str]:
    testimony = await told(stage, id)
    case = await stage.do(lambda unit: unit.cases.own(testimony.id, respondent=testimony.respondent))
    assert case is not None
    return case.state, case.outcome


async def passes(stage: Stage, **time: float) -> None:
    """So much time goes by, and time speaks."""
    stage.now += timedelta(**time)
    await stage.do(lambda unit: lane.remind(unit, stage.here("tick")))
    await stage.deliver()


async def names_independent(stage: Stage, partner: str) -> None:
    def choose(unit: Unit) -> None:
        unit.marks.set(lane.INDEPENDENT, partner)
        lane.hand_on(unit, stage.here("operator"))

    await stage.do(choose)
    await stage.deliver()


async def opens(focal: Player) -> None:
    """The first case of the list."""
    await focal.says("/sensitive")
    await focal.taps("K-")


async def test_what_somebody_held_who_left_the_team_waits_for_the_others_and_is_told_again(
    stage: Stage,
) -> None:
    """S34: at once, and after twelve hours; nothing of it stays in their chat."""
    amina, flora = stage.person(1), await stage.moderator(3, Role.FOCAL_POINT)
    fara = await stage.moderator(4, Role.FOCAL_POINT)
    words = "He asks for money."
    await amina.tells_privately(words, what="It is private")
    await opens(flora)
    assert words in flora.everything
    gone = (await stage.role(3)).id
    await stage.do(lambda unit: remove(unit, stage.here("remove"), gone))
    await stage.deliver()
    assert words not in flora.everything
    assert fara.sees.endswith("waits for you: /sensitive")
    await passes(stage, hours=12)
    assert fara.sees.endswith("still waits: /sensitive")


# -- ways in ----------------------------------------------------------------------------------------------------------


async def test_she_can_bring_what_she_sent_into_the_lane_any_time(stage: Stage) -> None:
    """Accepted, even; then nobody but focal points sees it, and she sees whom she can call where she is."""
    amina, vera = stage.person(1), await stage.moderator(2)
    flora = await stage.moderator(3, Role.FOCAL_POINT)
    receipt = await amina.tells()
    await vera.says("/next")
    await vera.taps("Accept")
    await amina.says("/mine")
    await amina.taps(receipt)
    await amina.taps("This is private or urgent")
    assert "Then only the person named for this at Make Mothers Matter reads it" in amina.sees
    await amina.taps("It is private or urgent")
    assert "It is private now" in amina.sees
    assert "For children and young people: 147" in amina.sees
    assert receipt not in vera.everything
    await opens(flora)
    assert "Marked by the person." in flora.sees
    assert receipt in flora.sees


@pytest.mark.parametrize(
    "words",
    [
        "They said they will KILL me!",
        "Mon mari me bat, l’école est loin.",
        "他说要杀我",
        "يُهدّدني بالقتل كل يوم",
    ],
)
async def test_a_danger_word_brings_it_into_the_lane_and_only_focal_points_learn_by_what(
    stage: Stage, words: str
) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    flora = await stage.moderator(3, Role.FOCAL_POINT)
    heard = vera.replies
    await amina.tells(words)
    assert (await told(stage)).sensitive
    assert vera.replies == heard
    assert "word" not in amina.sees
    assert "It is private now" in amina.sees
    assert "within 24 hours" in amina.sees
    assert "days" not in amina.everything  # those of the ordinary queue
    await opens(flora)
    assert "Found by a word." in flora.sees


async def test_a_danger_word_in_what_she_adds_later_counts_as_well(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.tells("The well is dry.")
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    await amina.taps("Answer")
    await amina.says("Since he beats me.")
    assert (await told(stage)).sensitive
    assert "MG-" not in vera.everything


async def test_whom_she_can_call_where_she_is_comes_before_anything_more_is_asked(stage: Stage) -> None:
    """S34: services first; where her country is not known yet, what holds everywhere."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.taps("I need help now")
    assert "findahelpline.com" in amina.sees
    assert "Whom you can call now" not in amina.sees
    await amina.taps("I understand, I am an adult")
    await amina.taps("Yes")
    await amina.says("Madagascar")
    await amina.says("He asks for money.")
    await amina.taps("Private or urgent")
    *before, question = amina.sees.split("\n\n")
    assert question == "What should we know about it?"
    assert "Whom you can call now (Madagascar):\nFor children and young people: 147" in before
    await amina.taps("Someone is in danger")
    assert "Whom you can call now" not in amina.sees
    await amina.taps("Send")
    await amina.starts()
    await amina.taps("Tell what I live")
    await amina.taps("I need help now")
    assert "Whom you can call now (Madagascar):\nFor children and young people: 147" in amina.sees
    assert "When you are safe" in amina.sees


def test_words_stand_for_themselves_alone_and_a_partners_list_takes_the_place_of_the_built_in_one() -> None:
    assert not dangerwords.found("A grape, a drapery, a violin, the therapist.")
    assert dangerwords.found("RÁPE")
    assert not dangerwords.found("raped", 'en = ["lupus"]')
    assert dangerwords.found("C’est un viol.", 'en = ["lupus"]')
    with pytest.raises(dangerwords.BadList, match="en, phrase 1: “a” is too short"):
        dangerwords.read('en = ["a"]')
    assert len(dangerwords.phrases()) == 12


def test_every_help_line_says_where_its_number_was_read_and_when() -> None:
    for line in helplines.read(helplines.FILE.read_text()):
        assert line.source.startswith("http"), line
        assert line.checked.year >= 2026, line
    assert helplines.said("ZZ") == []
    row = '[[line]]\ncountry = "MG"\nfor = "Sera"\nnumber = "034"\nchecked = 2026-11-25\n'
    with pytest.raises(helplines.BadLines, match="line 1: nobody can check it"):
        helplines.read(row)
    own = row + 'source = "https://example.org"\n'
    assert [each.values["number"] for each in helplines.said("MG", own)] == ["034", "147"]


async def test_what_a_moderator_flags_leaves_them_at_once(stage: Stage) -> None:
    """S34: S43: nothing of it stays in the chat, and no old button opens it."""
    amina, vera = stage.person(1), await stage.moderator(2)
    flora = await stage.moderator(3, Role.FOCAL_POINT)
    receipt = await amina.tells(LONE_CHILD)
    await vera.says("/next")
    number, accept = vera.button("Accept")
    await vera.taps("More")
    await vera.taps("Sensitive")
    assert "It leaves you at once" in vera.sees
    await vera.taps("Yes, it is sensitive")
    assert vera.sees == "Thank you. It is with the focal points now, and out of your hands."
    assert "canaries" not in vera.everything
    assert receipt not in vera.everything
    await vera.taps_data(accept.data, number)
    assert vera.sees == "Not found."
    testimony = await told(stage)
    kinds = await stage.do(lambda unit: [each.kind for each in unit.testimonies.decisions(testimony.id)])
    assert kinds == [DecisionKind.ESCALATE]
    assert "147" in amina.sees
    await opens(flora)
    assert "Marked by a moderator." in flora.sees


# -- a case -----------------------------------------------------------------------------------------------------------


async def test_only_focal_points_have_a_list_and_it_says_codes_alone(stage: Stage) -> None:
    """S34, S22."""
    flora, lead = await stage.moderator(3, Role.FOCAL_POINT), await stage.moderator(4, Role.LEAD)
    receipt = await stage.person(1).tells_privately(what="It is private")
    await lead.says("/sensitive")
    assert lead.sees.startswith("This part is for the volunteers")
    assert len(await stage.deeds("refused")) == 1
    stage.now += timedelta(hours=3)
    await flora.says("/sensitive")
    [label] = flora.last.labels
    assert re.fullmatch(rf"{CODE.pattern} · 3 h · open", label)
    assert receipt not in flora.everything


async def test_the_clock_reminds_focal_points_then_leads_too_and_never_says_more_than_the_code(
    stage: Stage,
) -> None:
    """S34."""
    flora, lead = await stage.moderator(3, Role.FOCAL_POINT), await stage.moderator(4, Role.LEAD)
    vera = await stage.moderator(2)
    await stage.person(1).tells_privately(what="Someone is in danger")
    before = [flora.replies, lead.replies, vera.replies]
    heard = []
    for hours in (11, 1.5, 8, 4, 24, 24, 24, 24, 200):
        await passes(stage, hours=hours)
        heard.append(
            tuple(
                now - then
                for now, then in zip((flora.replies, lead.replies, vera.replies), before, strict=True)
            )
        )
    assert heard == [(0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 1, 0), (4, 2, 0), (5, 3, 0), *[(5, 3, 0)] * 3]
    assert re.fullmatch(rf"{CODE.pattern} is overdue. Please ask a focal point to look at it.", lead.sees)
    assert await stage.do(lambda unit: len(unit.cases.unread())) == 1
    await opens(flora)
    assert await stage.do(lambda unit: unit.cases.unread()) == []


async def test_one_has_a_case_for_a_day_then_a_colleague_may_take_it(stage: Stage) -> None:
    flora, fara = await stage.moderator(3, Role.FOCAL_POINT), await stage.moderator(4, Role.FOCAL_POINT)
    await stage.person(1).tells_privately(what="It is private")
    await opens(flora)
    await opens(fara)
    assert fara.sees == "This case is not open to you. /sensitive"
    stage.now += timedelta(hours=25)
    await opens(fara)
    assert "He asks for money." in fara.sees
    assert "He asks for money." not in flora.everything


async def test_nothing_is_passed_on_without_her_yes_and_her_word_is_kept_with_what_she_saw(
    stage: Stage,
) -> None:
    """S34, S31."""
    amina, flora = stage.person(1), await stage.moderator(3, Role.FOCAL_POINT)
    await amina.tells_privately(what="It is private")
    assert "a volunteer" not in amina.everything  # whom she reads of is who reads it
    await opens(flora)
    await flora.taps("More")
    assert flora.last.labels[2:] == ("Told before", "Back")
    await opens(flora)
    await flora.taps("Refer")
    await flora.says("the clinic of Ankadifotsy, free of charge.")
    await flora.taps("Ask the person")
    assert "others who may help: the clinic of Ankadifotsy, free of charge. Only if" in amina.sees
    await amina.taps("Tell me more")
    assert "They do not learn who you are" in amina.sees
    assert (await outcome(stage))[0] is CaseState.TAKEN
    number, no = amina.button("No")
    await amina.taps("Yes")
    assert (await outcome(stage))[0] is CaseState.REFERRED
    assert flora.sees.endswith("there is something new. See /sensitive")
    await amina.taps_data(no.data, number)
    took, asked, said = await steps(stage)
    assert (took.kind, asked.kind, said.kind) == (StepKind.TOOK, StepKind.ASKED_REFER, StepKind.YES)
    assert asked.note == "the clinic of Ankadifotsy, free of charge"
    assert (said.wording, said.language, said.moderator) == (asked.wording, "en", None)
    assert len(said.wording) == 64


async def test_who_asked_for_silence_finds_the_question_on_mine(stage: Stage) -> None:
    """S45."""
    amina, flora = stage.person(1), await stage.moderator(3, Role.FOCAL_POINT)
    receipt = await amina.tells_privately(what="It is private")
    await amina.says("/stop")
    silent = amina.replies
    await opens(flora)
    await flora.taps("Refer")
    await flora.says("a lawyer")
    await flora.taps("Ask the person")
    assert flora.sees == "We may not write to the person now. They find it in /mine"
    assert amina.replies == silent
    await amina.says("/mine")
    await amina.taps(receipt)
    await amina.taps("No")
    assert (await outcome(stage))[0] is CaseState.TAKEN


async def test_a_case_is_handed_over_with_a_note_for_whoever_takes_it(stage: Stage) -> None:
    """S34."""
    flora, fara = await stage.moderator(3, Role.FOCAL_POINT), await stage.moderator(4, Role.FOCAL_POINT)
    await stage.person(1).tells_privately(what="It is private")
    await opens(flora)
    await flora.taps("Hand over")
    await flora.says("She can be asked in the evening.")
    assert flora.sees == "Handed over. It is out of your chat now."
    assert "He asks for money." not in flora.everything
    assert "evening" not in fara.everything
    await opens(fara)
    assert "handed over: She can be asked in the evening." in fara.sees
    first, second = (await stage.role(3)).id, (await stage.role(4)).id
    assert [(each.kind, each.moderator) for each in await steps(stage)] == [
        (StepKind.TOOK, first),
        (StepKind.HANDED, first),
        (StepKind.TOOK, second),
    ]


async def test_it_goes_back_to_the_ordinary_voices_with_her_yes_and_a_second_focal_point(
    stage: Stage,
) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    flora, fara = await stage.moderator(3, Role.FOCAL_POINT), await stage.moderator(4, Role.FOCAL_POINT)
    await amina.tells_privately(what="It is private")
    for asked in ("No", "Yes"):
        await opens(flora)
        await flora.taps("More")
        await flora.taps("Back to ordinary")
        await amina.taps(asked)
    await opens(flora)
    await flora.taps("More")
    await flora.taps("Back to ordinary")
    assert "A second focal point must agree too" in flora.sees
    assert (await told(stage)).sensitive
    await flora.taps("Back")
    await flora.taps("Hand over")
    await flora.says("Please look.")
    await opens(fara)
    await fara.taps("More")
    await fara.taps("Back to ordinary")
    assert await outcome(stage) == (CaseState.CLOSED, Outcome.RETURNED)
    await vera.says("/next")
    assert "He asks for money." in vera.sees


@pytest.mark.parametrize("label", ["Helped", "Never to be published"])
async def test_a_closed_case_never_comes_before_everybody(stage: Stage, label: str) -> None:
    """S33, S34: an end is “never to be published”, and the others publish nothing either."""
    flora = await stage.moderator(3, Role.FOCAL_POINT)
    await stage.person(1).tells_privately(what="It is private")
    await opens(flora)
    await flora.taps("Close")
    await flora.taps(label)
    assert flora.sees == "The case is closed. Thank you."
    assert "He asks for money." not in flora.everything
    assert (await outcome(stage))[0] is CaseState.CLOSED
    testimony = await told(stage)
    assert (testimony.state, testimony.sensitive) == (State.ACCEPTED, True)
    await flora.says("/sensitive")
    assert flora.sees == "No case is waiting."


async def test_what_she_takes_back_takes_its_case_along(stage: Stage) -> None:
    """S40: the notes too; and when she leaves, nothing of it is there."""
    amina, flora = stage.person(1), await stage.moderator(3, Role.FOCAL_POINT)
    await stage.moderator(4, Role.FOCAL_POINT)
    await amina.tells_privately(what="It is private")
    await opens(flora)
    await flora.taps("Hand over")
    await flora.says("A note of canaries.")
    await amina.says("/withdraw")
    await amina.taps("Yes, withdraw it")
    assert await outcome(stage) == (CaseState.CLOSED, Outcome.WITHDRAWN)
    assert [each.note for each in await steps(stage)] == ["", ""]
    which = (await told(stage)).id
    await amina.says("/forget")
    await amina.taps("Erase everything")
    await amina.taps("Yes, erase it all")
    assert await stage.do(lambda unit: unit.cases.steps(which, respondent="")) == []


# -- the accused ------------------------------------------------------------------------------------------------------


async def says_of_whom(amina: Player, organisation: str) -> None:
    await amina.taps("Which organisation is it about?")
    await amina.taps(organisation)


async def test_of_whose_people_it_speaks_they_never_learn_that_it_is_there(stage: Stage) -> None:
    """S34, T10: an independent partner reads it; of the accused nobody sees a word, a code or a count."""
    amina = stage.person(1)
    flora = await stage.moderator(3, Role.FOCAL_POINT)
    omar = await stage.moderator(5, Role.FOCAL_POINT, "omep")
    await names_independent(stage, "omep")
    await amina.tells_privately(what="It is private")
    await opens(flora)
    number, ask = flora.button("Ask a question")
    await says_of_whom(amina, "Make Mothers Matter")
    assert "It is private now: only the person named for this at OMEP reads it." in amina.sees
    assert CODE.search(flora.everything) is None
    assert "He asks for money." not in flora.everything
    await flora.taps_data(ask.data, number)
    assert flora.sees == "Not found."
    await flora.says("/sensitive")
    assert flora.sees == "No case is waiting."
    await opens(omar)
    assert "He asks for money." in omar.sees


async def test_who_speaks_of_an_aid_worker_says_of_whom_before_anybody_hears_of_it(stage: Stage) -> None:
    amina, flora = stage.person(1), await stage.moderator(3, Role.FOCAL_POINT)
    omar = await stage.moderator(5, Role.FOCAL_POINT, "omep")
    await names_independent(stage, "omep")
    heard = flora.replies
    await amina.tells_privately()
    assert (flora.replies, CODE.search(omar.everything)) == (heard, None)
    assert "Nobody has seen it yet." in amina.sees
    await says_of_whom(amina, "Make Mothers Matter")
    assert flora.replies == heard
    assert CODE.search(omar.sees)


@pytest.mark.parametrize("answers", [True, False])
async def test_who_names_nobody_is_read_after_an_hour_at_the_latest(stage: Stage, *, answers: bool) -> None:
    amina, flora = stage.person(1), await stage.moderator(3, Role.FOCAL_POINT)
    await amina.tells_privately()
    if answers:
        await says_of_whom(amina, "None of these")
    else:
        await passes(stage, minutes=50)
        assert CODE.search(flora.everything) is None
        await passes(stage, minutes=11)
    assert CODE.search(flora.sees)


async def test_where_nobody_is_independent_nobody_reads_it_and_the_operator_is_alarmed(stage: Stage) -> None:
    amina, flora = stage.person(1), await stage.moderator(3, Role.FOCAL_POINT)
    await amina.tells_privately()
    await says_of_whom(amina, "Make Mothers Matter")
    assert "Please turn to an organisation outside" in amina.sees
    assert "147" in amina.sees
    await flora.says("/sensitive")
    assert flora.sees == "No case is waiting."
    await passes(stage, days=9)
    assert CODE.search(flora.everything) is None
    text = Metrics("sqlite").text(await stage.do(waiting), stage.now).decode()
    assert "voices_lane_alarm 1.0" in text
    omar = await stage.moderator(5, Role.FOCAL_POINT, "omep")
    await names_independent(stage, "omep")
    assert CODE.search(omar.sees)
    assert (await stage.do(waiting)).lane is False


async def test_a_focal_point_may_see_that_it_speaks_of_their_own(stage: Stage) -> None:
    flora = await stage.moderator(3, Role.FOCAL_POINT)
    omar = await stage.moderator(5, Role.FOCAL_POINT, "omep")
    await names_independent(stage, "omep")
    await stage.person(1).tells_privately(what="It is private")
    await opens(flora)
    await flora.taps("More")
    await flora.taps("It is about an organisation")
    await flora.taps("Make Mothers Matter")
    assert flora.sees == "It has left you: people of that organisation do not see it."
    assert CODE.search(flora.everything) is None
    await opens(omar)
    await omar.taps("More")
    await omar.taps("Back to ordinary")
    assert "it stays private" in omar.sees


# -- nothing of it outside --------------------------------------------------------------------------------------------


OVERDUE = "{code} is overdue. Please ask a focal point to look at it."

WEIGHTS = {"tells": 2, "opens": 4, "flags": 1, "answers": 3, "commands": 2, "taps": 3, "time": 1}
"""What is done, and how often."""


class Walk:
    """Seven people do anything at random for a while; after each act nobody outside the lane has seen anything of it.

    Stories are numbered canaries: one that became sensitive must not be said, nor its receipt or code, from then on, to
    anybody but its author and the focal points of whoever reads it.
    """

    def __init__(self, stage: Stage, seed: int, caplog: pytest.LogCaptureFixture) -> None:
        self.stage, self.chance, self.log = stage, random.Random(seed), caplog
        self.stories = 0
        self.seen: set[tuple[int, int, str]] = set()
        self.done: list[str] = []

    async def begin(self) -> None:
        stage = self.stage
        self.tellers = [stage.person(each) for each in (1, 2, 3)]
        self.readers = {
            11: await stage.moderator(11),
            12: await stage.moderator(12, Role.LEAD),
            13: await stage.moderator(13, Role.FOCAL_POINT),
            14: await stage.moderator(14, Role.FOCAL_POINT),
            15: await stage.moderator(15, partner="omep"),
            16: await stage.moderator(16, Role.FOCAL_POINT, "omep"),
        }
        if self.chance.random() < 0.7:
            await names_independent(stage, "omep")

    async def go(self, acts: int) -> None:
        await self.begin()
        for _ in range(acts):
            act = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            self.done.append(act)
            await getattr(self, act)()
            await self.look()

    async def tells(self) -> None:
        who = self.chance.choice(self.tellers)
        self.stories += 1
        story = f"Canary{self.stories}x came."
        match self.chance.randrange(4):
            case 0:
                await who.tells(story)
            case 1:
                await who.tells(f"{story} He beats me.")
            case 2:
                await who.tells_privately(story, self.chance.choice(("It is private", "It is about an aid")))
            case _ if told := await self.stage.testimonies(who.id):
                await who.says("/mine")
                await self.follows(who, told[-1].receipt, "This is private or urgent", "")

    async def opens(self) -> None:
        """A focal point opens a case and goes on with it."""
        who = self.readers[self.chance.choice((13, 14, 16))]
        await who.says("/sensitive")
        path = self.chance.choice(
            (
                ("Refer", "!a clinic", "Ask the person"),
                ("Hand over", "!look after them"),
                ("Close", ""),
                ("More", "It is about an organisation", ""),
                ("More", "Back to ordinary"),
                ("Ask a question", ""),
            )
        )
        await self.follows(who, "K-", *path)

    async def flags(self) -> None:
        """A moderator finds that what they read is sensitive."""
        who = self.readers[self.chance.choice((11, 12, 15))]
        await who.says("/next")
        await self.follows(who, "More", "Sensitive", "Yes, it is")

    async def answers(self) -> None:
        """Somebody answers what they were asked, or says of whom they speak."""
        who = self.chance.choice(self.tellers)
        path = self.chance.choice(
            (("Yes",), ("No",), ("Answer", "!It is worse."), ("Which organisation", ""))
        )
        await self.follows(who, *path)

    async def follows(self, who: Player, *path: str) -> None:
        """Tap these one after the other, as far as they are there; "!…": write; "": any button of the last message."""
        for label in path:
            if label.startswith("!"):
                await who.says(label[1:])
                continue
            keys = [
                (seen.number, key)
                for seen in (who.chat[-1:] if not label else who.chat[-6:])
                for key in seen.keys
                if plain(key.text).startswith(label) and not re.search(r"l:[a-z]{2}$", key.data)
            ]
            if not keys:
                return
            number, key = self.chance.choice(keys)
            await who.taps_data(key.data, number)

        for each in await self.stage.testimonies(who.id):  # only what is allowed could leave at all
            share = Consent(each.id, "share", each.state is not State.WITHDRAWN, "", "en", self.stage.now)
            await self.stage.do(lambda unit, share=share: unit.testimonies.add_consents([share]))  # type: ignore[misc]

    async def commands(self) -> None:
        who = self.chance.choice([*self.readers.values()])
        await who.says(f"/{self.chance.choice(sorted(front.COMMANDS))}")

    async def taps(self) -> None:
        who = self.chance.choice([*self.readers.values(), *self.tellers])
        keys = [(seen.number, key) for seen in who.chat[-3:] for key in seen.keys if key.data]
        keys = [
            each for each in keys if not re.search(r"l:[a-z]{2}$|f:yes$", each[1].data)
        ]  # all stay, and in English
        if keys:
            number, key = self.chance.choice(keys)
            await who.taps_data(key.data, number)
        elif who.chat and self.chance.random() < 0.5:
            await who.says("A few words.")

    async def time(self) -> None:
        await passes(self.stage, hours=self.chance.choice((0.2, 1.1, 13, 30)))

    async def look(self) -> None:
        """Nobody outside has seen anything since they looked last."""
        secret = await self.stage.do(self.secrets)
        for who in self.readers.values():
            chat = [
                (each.number, f"{each.text} {' '.join(each.labels)}")
                for each in who.chat
                if not (
                    who.id == 12
                    and any(
                        isinstance(part, Sentence) and part.text == OVERDUE for part in each.message.parts
                    )
                )  # the one thing a lead hears
            ]
            text = "\n".join(said for number, said in chat if (who.id, number, said) not in self.seen)
            self.seen |= {(who.id, number, said) for number, said in chat}
            for words, readers in secret:
                if who.id not in readers:
                    assert not any(each in text for each in words), (who.id, words, text, self.done[-5:])
        everyone = {word for words, _ in secret for word in words}
        leaving = await self.stage.do(self.exports)
        numbers = Metrics("sqlite").text(await self.stage.do(waiting), self.stage.now).decode()
        for place in (leaving, numbers, self.log.text):
            assert not any(word in place for word in everyone), self.done[-5:]
        journal = await self.stage.do(lambda unit: json.dumps([str(each) for each in unit.journal.read(50)]))
        assert not any(word in journal for word in everyone)
        for partner in ("mmm", "omep"):
            await self.stage.do(partial(self.counts, partner=partner))

    def secrets(self, unit: Unit) -> list[tuple[set[str], set[int]]]:
        """What must not be said now, and to whom it may be."""
        found = []
        for teller in self.tellers:
            address = unit.people.address_of(teller.id)
            her = unit.people.respondent_at(address) if address else None
            for each in unit.testimonies.of(her.id) if her else ():
                if not each.sensitive:
                    continue
                case = unit.cases.own(each.id, respondent=each.respondent)
                assert case is not None, "what is sensitive has a case"
                story = re.findall(r"Canary\d+x", " ".join(each.answers.values()))
                readers = {"mmm": {13, 14}, "omep": {16}}[each.partner] if not each.barred else set()
                assert each.partner not in case.about or each.barred
                found.append(({each.receipt, case.code, *story}, readers))
        return found

    def exports(self, unit: Unit) -> str:
        return "".join(
            each.xml for partner in ("mmm", "omep") for each in submissions(unit, partner, self.stage.now)
        )

    def counts(self, unit: Unit, partner: str) -> None:
        """What is counted outside is what is ordinary."""
        ordinary = 0
        for teller in self.tellers:
            address = unit.people.address_of(teller.id)
            her = unit.people.respondent_at(address) if address else None
            for each in unit.testimonies.of(her.id) if her else ():
                late = each.claimed_until is not None and each.claimed_until <= self.stage.now
                free = each.state is State.RECEIVED or (each.state is State.IN_REVIEW and late)
                ordinary += each.partner == partner and not each.sensitive and free
        now = self.stage.now
        groups = unit.queue.groups(partner=partner, sensitive=False, late=now, now=now)
        assert sum(each.count for each in groups) == ordinary


@pytest.mark.parametrize("seed", [0, 2])
async def test_whatever_happens_nothing_of_a_case_is_seen_outside_the_lane(
    stage: Stage, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    """S34: Issue 6: no word, receipt or code in any message, count, log, export or metric outside it."""
    caplog.set_level(logging.DEBUG)
    await Walk(stage, seed, caplog).go(25)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 160))
async def test_in_a_long_walk_nothing_of_a_case_is_seen_outside_the_lane(
    stage: Stage, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    """The same, longer."""
    caplog.set_level(logging.DEBUG)
    await Walk(stage, seed, caplog).go(400)


async def outsiders(stage: Stage, between: Callable[[], Awaitable[None]]) -> list[list[str]]:
    """All that people outside the lane see of an evening, with receipts made alike."""
    amina = stage.person(1)
    out = [
        await stage.moderator(21),
        await stage.moderator(22, Role.LEAD),
        await stage.moderator(23, partner="omep"),
        await stage.moderator(24, Role.FOCAL_POINT, "omep"),
    ]
    for story in ("The well is dry.", "The school is closed."):
        await between()
        await amina.tells(story)
        for who in out:
            for command in sorted(front.COMMANDS):
                await who.says(f"/{command}")
        await out[0].taps("Accept")
        await passes(stage, hours=5)
    exported = await stage.do(
        lambda unit: [str(len(submissions(unit, partner, stage.now))) for partner in ("mmm", "omep")]
    )
    return [*([LABEL.sub("L", RECEIPT.sub("R", each.text)) for each in who.chat] for who in out), exported]


async def test_who_is_outside_sees_the_same_whether_there_is_a_case_or_none(
    stage: Stage, alone: Stage
) -> None:
    """S34: Two worlds, one with cases: of another partner's people too. Nobody outside can tell which they are in."""
    await alone.do(lambda unit: unit.people.add_partner(Partner("omep", "OMEP", 5, "omep@example.org")))
    number = 50

    async def cases() -> None:
        nonlocal number
        number += 3
        await stage.person(number).tells_privately("Canaries.", "It is private")
        await stage.person(number + 1).tells("They will kill me.")
        accuses = stage.person(number + 2)
        await accuses.tells_privately()
        await says_of_whom(accuses, "OMEP")

    async def nothing() -> None:
        pass

    for each in (stage, alone):
        await each.moderator(30, Role.FOCAL_POINT)
    assert await outsiders(stage, cases) == await outsiders(alone, nothing)
