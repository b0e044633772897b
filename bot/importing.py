"""Importing, a deed: what people published elsewhere comes in, and is reviewed like any other voice.

Its author is a respondent nobody can write to: no chat, no Telegram id, known by a keyed hash of how the table names
them, or of the row. That it was published elsewhere is what its consents say, in words and a version of their own
(`bot.elsewhere`); what is allowed by it the mapping says, and to be contacted never is. Danger words bring it into the
sensitive lane. The same row is one voice however often it is brought in, and none once its author had it erased.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from bot import elsewhere, lane
from bot.cases import Way
from bot.circumstances import Circumstances
from bot.elsewhere import Known, Post, Reader
from bot.handing import tell_moderators, with_receipt
from bot.journal import Deed
from bot.people import PURPOSES, Consent, Partner
from bot.ports import Store, Unit
from bot.testimony import State, Testimony
from dialogs.form import Form
from dialogs.letters import folded

AT_ONCE = 25
"""Voices of one transaction: people who talk to the bot wait no longer than for these."""

ACTOR = "operator"


@dataclass(slots=True)
class Brought:
    """What came in, or would: how many voices by form, language and country; how many were here already, how many had
    been erased, and how many go into the sensitive lane.
    """

    voices: int = 0
    known: int = 0
    erased: int = 0
    sensitive: int = 0
    of: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __add__(self, other: "Brought") -> "Brought":
        return Brought(
            self.voices + other.voices,
            self.known + other.known,
            self.erased + other.erased,
            self.sensitive + other.sensitive,
            self.of + other.of,
        )


def known(unit: Unit, here: Circumstances, partner: Partner) -> Known:
    """What a table may name: the forms that ask for a story, languages, countries and themes by all their names."""
    names = {
        "testimony",
        "initiative",
        *(each.name for each in unit.forms.editions(partner.id) if each.current),
    }
    forms = {form.name: form for form in map(unit.forms.current, sorted(names)) if form.meaning("story")}
    languages: dict[str, str] = {}
    for language in here.catalogs.languages:
        for called in (language.code, language.name, language.english):
            languages[folded(called)] = language.code
    countries = {name: code for form in forms.values() for name, code in _choices(form, "country").items()}
    themes = {name: _choices(form, "themes") for name, form in forms.items()}
    return Known(forms, languages, countries, themes, here.now.date())


async def bring_in(
    store: Store,
    here: Circumstances,
    partner: Partner,
    by: Reader,
    posts: Sequence[Post],
    *,
    dry: bool = False,
) -> Brought:
    """Bring these in, a few in a transaction; `dry`: only say what would come. Say it again where it was interrupted:
    each row is one voice.
    """
    done = Brought()
    for n in range(0, len(posts), AT_ONCE):
        some = posts[n : n + AT_ONCE]
        done += await store.transact(partial(_some, here=here, partner=partner, by=by, posts=some, dry=dry))
    return done


async def erase(store: Store, here: Circumstances, partner: Partner, posts: Sequence[Post]) -> int:
    """The authors of these want it gone: all that came in of them is erased, and never comes in again (S40); how many
    people that were.
    """

    def work(unit: Unit) -> int:
        whose = {unit.elsewhere.id(_author(partner, each)) for each in posts}
        there = [each for each in sorted(whose) if unit.people.respondent(each) is not None]
        for each in there:
            for told in unit.testimonies.of(each):
                lane.clear(unit, here, told.partner, told.id)
            unit.people.forget(each, here.now)
            unit.journal.write(Deed(here.now, ACTOR, "erased", f"respondent:{each}"))
        return len(there)

    return await store.transact(work)


def told(done: Brought, partner: Partner, *, dry: bool) -> str:
    """What came in, or would, for whoever asked for it."""
    head = f"{done.voices} voices {'would wait' if dry else 'wait'} to be read for {partner.name}"
    lines = [f"{head}; {done.sensitive} of them in the sensitive lane." if done.sensitive else f"{head}."]
    for what in ("form", "language", "country"):
        of = [(name or "unknown", count) for (each, name), count in done.of.most_common() if each == what]
        if of:
            lines.append(f"{what}: {', '.join(f'{name} {count}' for name, count in of)}")
    if done.known:
        lines.append(f"{done.known} are here already and stay as they are.")
    if done.erased:
        lines.append(f"{done.erased} stay out: their authors had them erased.")
    return "\n".join([*lines, "Nothing was kept." if dry else ""]).strip()


def _some(
    unit: Unit, here: Circumstances, partner: Partner, by: Reader, posts: Sequence[Post], *, dry: bool
) -> Brought:
    done = Brought()
    for post in posts:
        her, which = unit.elsewhere.id(_author(partner, post)), unit.elsewhere.id(_voice(partner, post))
        if unit.testimonies.own(which, respondent=her) is not None:
            done.known += 1
        elif unit.elsewhere.left(her):
            done.erased += 1
        else:
            sensitive = lane.words_found(unit, partner.id, [post.text])
            done.voices += 1
            done.sensitive += sensitive
            done.of.update((what, getattr(post, what)) for what in ("form", "language", "country"))
            if not dry:
                _bring(unit, here, partner, by, post, her, which, sensitive=sensitive)
    return done


def _bring(
    unit: Unit,
    here: Circumstances,
    partner: Partner,
    by: Reader,
    post: Post,
    whose: str,
    id: str,
    *,
    sensitive: bool,
) -> None:
    her = unit.elsewhere.author(whose, partner.id, post.language, here.now)
    form = unit.forms.current(post.form)
    testimony = Testimony(
        id=id,
        receipt="",
        respondent=her.id,
        partner=partner.id,
        form=form.name,
        form_version=form.version,
        language=post.language,
        country=post.country,
        themes=post.themes,
        sensitive=sensitive,
        state=State.RECEIVED,
        received_at=here.now,
        answers=_answers(form, post),
        elsewhere={"source": post.source} | ({"day": post.day.isoformat()} if post.day else {}),
    )
    testimony = with_receipt(unit, here, testimony, _consents(here, partner, by, post, id))
    unit.journal.write(Deed(here.now, ACTOR, "brought in", f"testimony:{id}"))
    if sensitive:
        lane.opened(unit, here, testimony, Way.WORD, ACTOR)
    else:
        tell_moderators(unit, here, her, testimony)


def _consents(here: Circumstances, partner: Partner, by: Reader, post: Post, id: str) -> list[Consent]:
    """Of every purpose whether it may be used so, and on which words that rests (S31)."""
    return [
        Consent(
            id,
            purpose,
            purpose in by.allows,
            elsewhere.wording(purpose, post.source, partner.name) if purpose in by.allows else "",
            "en",
            here.now,
            elsewhere.VERSION,
        )
        for purpose in PURPOSES
    ]


def _answers(form: Form, post: Post) -> dict[str, str]:
    """What it says, where the form would have asked for it."""
    told = {"country": post.country, "story": post.text, "themes": " ".join(post.themes)}
    return {ref: value for means, value in told.items() if value and (ref := form.meaning(means))}


def _author(partner: Partner, post: Post) -> str:
    """By what their author is known: as the table names them, else by this one row."""
    return json.dumps([partner.id, "author", post.author] if post.author else [partner.id, "row", post.key])


def _voice(partner: Partner, post: Post) -> str:
    return json.dumps([partner.id, "voice", post.key])


def _choices(form: Form, means: str) -> dict[str, str]:
    """The choices of the question that means this, by their codes and by their names in every language."""
    ref = form.meaning(means)
    found: dict[str, str] = {}
    for question in form.questions():
        if question.ref == ref and question.itemset is not None:
            for choice in question.itemset.choices.values():
                for words in choice.label.by_language.values():
                    name = "".join(piece for piece in words if isinstance(piece, str))
                    found.setdefault(folded(name), choice.name)
                found[folded(choice.name)] = choice.name
    return found
