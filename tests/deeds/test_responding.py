"""Responding: “you said, we did”, written by a lead, heard by those who spoke of it and agreed to be written to."""

from bot.outbox import Kind
from bot.people import Role
from bot.responding import LONGEST
from tests.deeds.stage import Player, Stage

LENA, VERA = 8, 9
FRENCH = 3


async def told(stage: Stage, id: int, *, contact: bool = True, theme: str = "Food") -> Player:
    """Somebody told what is accepted and was given this theme by Vera; whether she may be written to about it."""
    her = stage.person(id)
    await her.tells(f"Story {id}.")
    if contact:
        await allows(stage, her)
    vera = stage.person(VERA) if VERA in stage.people else await stage.moderator(VERA)
    await vera.says("/next")
    if theme:
        await vera.taps("Themes")
        label = next(label for label in vera.last.labels if theme in label)
        await vera.taps(label.removeprefix("☐ "))
        await vera.taps("Back")
    await vera.taps("Accept")
    return her


async def allows(stage: Stage, her: Player) -> None:
    """She turns the switch by which we may write to her about her newest voice."""
    [newest, *_] = await stage.testimonies(her.id)
    await her.says("/mine")
    await her.taps(newest.receipt)
    await her.taps("Ask me again later")


async def lead(stage: Stage) -> Player:
    return await stage.moderator(LENA, Role.LEAD)


async def begins(lena: Player, about: str = "Food") -> None:
    await lena.says("/wedid")
    while not any(label.startswith(about) for label in lena.last.labels):
        await lena.taps("More")
    await lena.taps(about)


async def writes(lena: Player, said: str = "Rice costs too much.", did: str = "A kitchen opened.") -> None:
    """Both halves, as they are asked for."""
    await lena.says(said)
    await lena.says(did)


async def sends(lena: Player) -> None:
    """It is evening where they live: they hear it the next morning."""
    await lena.taps("Send")
    await lena.taps("Yes, send it")
    await lena.stage.comes_to(9)


async def test_a_lead_writes_it_and_those_who_spoke_of_it_hear_it(stage: Stage) -> None:
    """S30: the first line says nothing of the topic; the message says how to get no more. It comes in the daytime."""
    amina, binta, sita = [
        await told(stage, number, theme=theme) for number, theme in enumerate(("Food", "", "Food"), 1)
    ]
    lena = await lead(stage)
    await begins(lena)
    assert "What did people say?" in lena.sees
    await lena.says("Rice costs too much.")
    assert "What did you do about it?" in lena.sees
    await lena.says("A kitchen opened.")
    assert "2 people would hear it: English 2" in lena.sees
    assert "Rice costs too much." in lena.sees
    await lena.taps("Send")
    assert lena.sees == "Send it to 2 people now? It cannot be taken back."
    assert "kitchen" not in amina.everything
    await lena.taps("Yes, send it")
    assert lena.sees.startswith("It goes out to 2 people")
    assert "kitchen" not in amina.everything
    await stage.comes_to(8)
    for her in (amina, sita):
        assert her.sees.splitlines()[0] == "Make Mothers Matter: news about what you told."
        for words in ("You told us:\nRice costs too much.", "What we did:\nA kitchen opened.", "/stop"):
            assert words in her.sees
    assert "kitchen" not in binta.everything
    assert [each.actor.partition(":")[0] for each in await stage.deeds("sent")] == ["moderator"]


async def test_it_is_a_campaign_and_each_hears_it_once(stage: Stage) -> None:
    """R13, R34: however many voices of hers speak of it, and however often it is tapped."""
    amina = await told(stage, 1)
    await told(stage, 1)
    lena = await lead(stage)
    await begins(lena)
    await writes(lena)
    await lena.taps("Send")
    number, yes = lena.button("Yes, send it")
    await lena.taps_data(yes.data, number)
    await stage.comes_to(9)
    before = amina.replies
    await lena.taps_data(yes.data, number)
    assert "It was sent on" in lena.sees
    await stage.comes_to(9)
    assert amina.replies == before
    assert amina.everything.count("A kitchen opened.") == 1


async def test_it_goes_at_the_pace_of_a_campaign(stage: Stage) -> None:
    """R17: after whatever anyone waits for."""
    await told(stage, 1)
    lena = await lead(stage)
    await begins(lena)
    await writes(lena)
    await lena.taps("Send")
    kinds: list[Kind] = []
    deliver = stage.deliver

    async def look() -> None:
        claimed = await stage.do(lambda unit: unit.outbox.claim(9, stage.now, kind=Kind.CAMPAIGN))
        kinds.extend(each.kind for each in claimed)
        await stage.do(lambda unit: unit.outbox.let_go([]))
        await deliver()

    stage.deliver = look  # type: ignore[method-assign]
    await lena.taps("Yes, send it")
    await stage.comes_to(9)
    assert kinds == [Kind.CAMPAIGN]


async def test_who_did_not_agree_or_asked_for_quiet_or_took_it_back_hears_nothing(stage: Stage) -> None:
    """S31, S45: the count says so before it is sent, and it is looked at anew when it is."""
    silent = await told(stage, 1, contact=False)
    quiet, gone, changed = [await told(stage, each) for each in (2, 3, 4)]
    await quiet.says("/stop")
    await gone.blocks()
    lena = await lead(stage)
    await begins(lena)
    await writes(lena)
    assert "1 person would hear it" in lena.sees
    await lena.taps("Send")
    await allows(stage, changed)  # taken back
    await lena.taps("Yes, send it")
    assert "Nobody who spoke of it agreed to be written to." in lena.sees
    assert "Send" not in lena.last.labels
    for her in (silent, quiet, gone, changed):
        assert "kitchen" not in her.everything


async def test_what_she_takes_back_before_it_comes_does_not_come(stage: Stage) -> None:
    """R15, S45: the switch and the message are a minute apart."""
    changed, stays = [await told(stage, each) for each in (1, 2)]
    lena = await lead(stage)
    await begins(lena)
    await writes(lena)
    await changed.says("/mine")
    await changed.taps((await stage.testimonies(changed.id))[0].receipt)
    await lena.taps("Send")
    await lena.taps("Yes, send it")
    assert lena.sees.startswith("It goes out to 2 people")
    await changed.taps("Ask me again later")
    await stage.comes_to(9)
    assert "news about what you told" in stays.sees
    assert "news about what you told" not in changed.everything


async def test_each_hears_it_in_her_language_or_is_counted_as_left_out(stage: Stage) -> None:
    amina = await told(stage, 1)
    fatou = await told(stage, FRENCH)
    await fatou.says("/language")
    await fatou.taps("Français")
    lena = await lead(stage)
    await begins(lena)
    await writes(lena)
    assert "1 person would hear it: English 1" in lena.sees
    assert "1 person would not, as nothing is written in their language: French 1" in lena.sees
    await lena.taps("Write it in French")
    assert "Write it in French" in lena.sees
    await writes(lena, "Le riz est cher.", "Une cantine a ouvert.")
    assert "2 people would hear it" in lena.sees
    assert "would not" not in lena.sees
    await lena.taps("Change it in English")
    assert "Rice costs too much." in lena.sees
    await writes(lena, "Rice is dear.")
    await sends(lena)
    assert "Rice is dear." in amina.sees
    assert "Le riz est cher." in fatou.sees
    assert "Make Mothers Matter\u00a0: des nouvelles" in fatou.sees


async def test_a_draft_survives_whatever_else_is_done(stage: Stage) -> None:
    await told(stage, 1)
    lena = await lead(stage)
    await begins(lena)
    await lena.says("Rice costs too much.")
    await lena.says("/queue")
    await lena.says("this is no half of it")
    await begins(lena)
    assert "What did you do about it?" in lena.sees
    await lena.says("A kitchen opened.")
    await begins(lena)
    assert "Rice costs too much." in lena.sees
    assert "A kitchen opened." in lena.sees
    await lena.taps("Discard the draft")
    assert lena.sees == "The draft is gone. Nothing was sent."
    await begins(lena)
    assert "What did people say?" in lena.sees


async def test_what_is_too_long_for_a_message_is_asked_for_anew(stage: Stage) -> None:
    lena = await lead(stage)
    await begins(lena)
    await lena.says("x" * (LONGEST + 1))
    assert f"these were {LONGEST + 1}." in lena.sees
    await lena.says("x" * LONGEST)
    assert "What did you do about it?" in lena.sees


async def test_a_campaign_is_answered_by_its_form_and_all_that_was_told_by_everything(stage: Stage) -> None:
    amina = await told(stage, 1, theme="")
    lena = await lead(stage)
    await begins(lena, "Initiative")
    await writes(lena)
    assert "Nobody who spoke of it agreed" in lena.sees
    await begins(lena, "All that was told")
    await writes(lena)
    await sends(lena)
    assert "A kitchen opened." in amina.sees


async def test_her_page_tells_what_came_of_a_voice_it_concerns_alone(stage: Stage) -> None:
    """Also to who asked us not to write first: she looks for herself. In her language, or not at all."""
    amina = await told(stage, 1, contact=False)
    await told(stage, 2)
    [food] = await stage.testimonies(1)
    lena = await lead(stage)
    await begins(lena)
    await writes(lena)
    await sends(lena)
    await told(stage, 1)
    later, _ = await stage.testimonies(1)
    for each, shown in ((food, True), (later, False)):
        await amina.says("/mine")
        await amina.taps(each.receipt)
        assert ("what came of it: A kitchen opened." in amina.sees) is shown
    await amina.says("/language")
    await amina.taps("Français")
    await amina.says("/mine")
    await amina.taps(food.receipt)
    assert "kitchen" not in amina.sees


async def test_only_a_lead_of_the_partner_writes_and_sends(stage: Stage) -> None:
    """S20, S22: a button of a lead’s is nothing to a colleague, nor to another partner’s lead, nor to one no more."""
    amina = await told(stage, 1)
    vera = stage.person(VERA)
    await vera.says("/wedid")
    assert vera.sees == "What came of it is written by a lead of your team."
    lena, other = await lead(stage), await stage.moderator(7, Role.LEAD, "omep")
    await begins(lena)
    await writes(lena)
    [draft] = await stage.do(lambda unit: unit.responses.drafts("mmm"))
    for who in (vera, other):
        for verb in ("dv", "dl0", "ds", "dy", "dx"):
            data = stage.signer.sign(who.id, f"r:{verb}:{draft.id}:{draft.version}")
            await who.taps_data(data, 1)
            assert who.sees == "Not found."
    assert await stage.do(lambda unit: unit.responses.drafts("mmm")) == [draft]
    assert "kitchen" not in amina.everything


async def test_a_button_from_before_a_change_sends_nothing(stage: Stage) -> None:
    """S23."""
    amina = await told(stage, 1)
    lena = await lead(stage)
    await begins(lena)
    await writes(lena)
    await lena.taps("Send")
    number, yes = lena.button("Yes, send it")
    await begins(lena)
    await lena.taps("Change it in English")
    await writes(lena, did="A school opened.")
    await lena.taps_data(yes.data, number)
    assert "A school opened." in lena.sees
    assert "opened" not in amina.everything
