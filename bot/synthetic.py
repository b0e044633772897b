"""Invented voices, many at once: for the demo, for pictures and for tests. Nobody ever said them (synthetic.toml).

They lie in the rows as if they had come one by one: told, read, accepted or not, redacted, published, quoted, put into
other languages, some of them withdrawn; a few are shown with an invented photo. The same seed makes the same voices;
ids are fresh each time. Nobody of them allows to be asked again: nothing is ever written to them.
"""

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cache, partial
from itertools import islice
from pathlib import Path
from uuid import uuid4

from bot import scenery
from bot.change import Direction
from bot.journal import Deed
from bot.people import PHOTO, Consent, Moderator, Region, Respondent, Role
from bot.pixels import anew
from bot.ports import Medium, Store, Unit
from bot.redaction import Redaction, digest, texts
from bot.rendition import Kind, Rendition
from bot.rendition import digest as digest_of
from bot.testimony import Decision, DecisionKind, State, Testimony, receipt
from dialogs.form import Form

REGIONS = (
    Region("synthetic-ci", "Côte d’Ivoire", ("CI",)),
    Region("synthetic-ca", "Central Africa", ("CD", "CG", "CM")),
    Region("synthetic-ea", "English-speaking Africa", ("KE", "NG", "TZ", "UG")),
    Region("synthetic-mg", "Madagascar", ("MG",)),
    Region("synthetic-sa", "South Asia", ("BD", "IN", "PK")),
    Region("synthetic-ap", "Asia Pacific", ("CN", "PH")),
    Region("synthetic-na", "North America", ("CA", "US")),
    Region("synthetic-la", "Latin America", ("BR", "CO", "PE")),
    Region("synthetic-eu", "Europe", ("ES", "FR", "PT", "RU")),
    Region("synthetic-lb", "Lebanon", ("LB",)),
)
"""Ten regions; where a house has regions already, those stay and these are not added."""

PLACES = (
    ("MG", "mg", 12), ("MG", "fr", 4), ("CI", "fr", 9), ("CD", "fr", 6), ("CD", "sw", 2), ("CM", "fr", 3),
    ("CG", "fr", 2), ("KE", "sw", 5), ("KE", "en", 4), ("TZ", "sw", 5), ("NG", "en", 4), ("UG", "en", 3),
    ("IN", "hi", 8), ("IN", "en", 2), ("BD", "bn", 8), ("PK", "ur", 8), ("CN", "zh", 5), ("PH", "en", 4),
    ("US", "en", 3), ("US", "es", 2), ("CA", "fr", 2), ("BR", "pt", 6), ("CO", "es", 5), ("PE", "es", 5),
    ("FR", "fr", 3), ("PT", "pt", 2), ("ES", "es", 2), ("RU", "ru", 6), ("LB", "ar", 9), ("LB", "fr", 2),
    ("EG", "ar", 3), ("MA", "ar", 2),
)  # fmt: skip
"""Country, language, and how many of some hundred and fifty come from there; the last two are of no region."""

THEMES = {
    "income": 16, "food": 14, "health": 11, "mental_health": 7, "education": 12, "discrimination": 4, "violence": 5,
    "housing": 6, "information": 4, "work": 10, "women": 6, "youth": 5, "culture": 2, "environment": 5,
}  # fmt: skip
"""What people speak of, and how often beside each other."""

ROLES = ("parent", "parent", "educator", "health", "youth", "elder", "association", "other")
AGES = ("18_24", "25_39", "25_39", "40_59", "60")
DOERS = ("association", "neighbours", "neighbours", "place", "person", "other")
REACHING = ("yes", "some", "no", "no")
REASONS = ("twice", "spam", "other", "harm")

EVERY, INTO = 3, ("en", "fr", "ar")
"""What is public of each third person is there in these languages too."""

FIRST = 990_000_000_000
"""Their Telegram ids begin here: nobody has one of these."""

PICTURED = 0.12
"""How many of what is published is shown with a photo."""

AT_ONCE = 100
"""People whose voices are kept in one transaction."""

YEAR = timedelta(days=365)

_POOLS: Mapping[str, Mapping[str, str | list[str]]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True)
class House:
    """Who is there to gather and read: the forms by name, and of each partner two who read."""

    forms: Mapping[str, Form]
    readers: Mapping[str, tuple[Moderator, Moderator]]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody invented: where they are, in which language, and what they tell, as form, themes and day."""

    number: int
    country: str
    language: str
    partner: str
    told: tuple[tuple[str, tuple[str, ...], datetime], ...]


async def fill(store: Store, partners: Sequence[str], voices: int, now: datetime, *, seed: int = 2026) -> int:
    """Fill a house whose partners and built-in forms are there with so many voices of the year before `now`; how many
    people told them.
    """
    chance = random.Random(seed)  # noqa: S311  (invented people, and the same again)
    house = await store.transact(lambda unit: _furnish(unit, partners, now))
    people = _people(chance, partners, voices, now)
    count = 0
    while some := list(islice(people, AT_ONCE)):
        await store.transact(partial(_tell, house=house, people=some, chance=chance, now=now))
        count += len(some)
    await store.transact(lambda unit: _leave(unit, house, now))
    return count


def story(chance: random.Random, language: str, themes: Sequence[str]) -> str:
    """What somebody tells of these themes."""
    said = _POOLS[language]
    between = "" if language == "zh" else " "
    return between.join([*(str(said[theme]) for theme in themes), chance.choice(said["more"])])


# -- inside -----------------------------------------------------------------------------------------------------------


def _furnish(unit: Unit, partners: Sequence[str], now: datetime) -> House:
    """Regions, and two readers of each partner."""
    if not unit.associations.regions():
        for region in REGIONS:
            unit.associations.save_region(region)
    readers = {}
    for n, partner in enumerate(partners):
        both = [
            unit.people.add_moderator(
                unit.people.add_address(FIRST - 1 - each, FIRST - 1 - each, now),
                partner,
                Role.MODERATOR,
                "en",
                now,
            )
            for each in (2 * n, 2 * n + 1)
        ]
        readers[partner] = (both[0], both[1])
        unit.journal.write(Deed(now, "operator", "invented voices", f"partner:{partner}"))
    forms = {name: unit.forms.current(name) for name in ("testimony", "initiative", "checkin")}
    return House(forms, readers)


def _leave(unit: Unit, house: House, now: datetime) -> None:
    """The roles of those who read end, so that nothing is ever written to them either."""
    for reader in (each for both in house.readers.values() for each in both):
        unit.people.save_moderator(replace(reader, left_at=now))


def _people(chance: random.Random, partners: Sequence[str], voices: int, now: datetime) -> Iterator[Person]:
    """People one after the other, until they have told so many voices: more towards the end of the year than before."""
    weights = [weight for *_, weight in PLACES]
    left, number = voices, 0
    while left > 0:
        country, language, _ = chance.choices(PLACES, weights)[0]
        told = []
        day = now - YEAR * (1 - chance.random() ** 0.6)
        themes = _themes(chance)
        told.append(("initiative" if chance.random() < 0.12 else "testimony", themes, day))
        while len(told) < left and chance.random() < 0.4 and day + timedelta(days=25) < now:
            day += timedelta(days=chance.randint(25, 70))
            if day < now:
                told.append(
                    (
                        "checkin" if told[0][0] == "testimony" else "testimony",
                        themes[: chance.choice((1, 2, 2))],
                        day,
                    )
                )
        yield Person(number, country, language, chance.choice(partners), tuple(told))
        left, number = left - len(told), number + 1


def _themes(chance: random.Random) -> tuple[str, ...]:
    wanted = chance.choice((1, 2, 2, 3))
    return tuple(dict.fromkeys(chance.choices(list(THEMES), list(THEMES.values()), k=wanted)))


def _tell(unit: Unit, house: House, people: Sequence[Person], chance: random.Random, now: datetime) -> None:
    for person in people:
        address = unit.people.add_address(FIRST + person.number, FIRST + person.number, person.told[0][2])
        her = unit.people.add_respondent(address, person.partner, person.language, person.told[0][2])
        for form, themes, day in person.told:
            at = datetime.combine(day.date(), time(), day.tzinfo) + timedelta(
                seconds=chance.randrange(86_400)
            )
            _voice(unit, house, person, her, form, themes, min(at, now), chance)


def _voice(
    unit: Unit,
    house: House,
    person: Person,
    her: Respondent,
    name: str,
    themes: tuple[str, ...],
    at: datetime,
    chance: random.Random,
) -> None:
    form, readers = house.forms[name], house.readers[person.partner]
    state = chance.choices((State.ACCEPTED, State.SET_ASIDE, State.RETURNED, State.RECEIVED), (88, 5, 3, 4))[
        0
    ]
    withdrawn = state is State.ACCEPTED and chance.random() < 0.04
    testimony = Testimony(
        id=uuid4().hex,
        receipt=receipt(person.country, chance.random, 6),
        respondent=her.id,
        partner=person.partner,
        form=form.name,
        form_version=form.version,
        language=person.language,
        country=person.country,
        themes=themes if name == "testimony" else (),
        sensitive=chance.random() < 0.02,
        state=state,
        received_at=at,
        answers=_ANSWERS[name](form, person, themes, chance),
        version=1 if state is not State.RECEIVED else 0,
    )
    allowed = {
        purpose
        for purpose, share in (("publish", 0.7), ("quote", 0.6), ("share", 0.6))
        if chance.random() < share
    }
    unit.testimonies.add(
        testimony,
        [
            Consent(
                testimony.id,
                each,
                each == "keep" or each in allowed,
                "synthetic",
                person.language,
                at,
                form.name,
            )
            for each in ("keep", "share", "publish", "quote")
        ],
    )
    _decide(unit, testimony, readers[0], at, chance)
    if state is State.ACCEPTED and not testimony.sensitive:
        _publish(unit, form, testimony, readers, at, sorted(allowed & {"publish", "quote"}))
        if "publish" in allowed and person.number % EVERY == 0:
            _translate(unit, form, testimony, readers, at)
    if withdrawn:
        unit.testimonies.erase_words(testimony.id, respondent=her.id, now=at)
        unit.testimonies.save(replace(testimony, state=State.WITHDRAWN, themes=(), answers={}, country=""))


def _decide(unit: Unit, testimony: Testimony, reader: Moderator, at: datetime, chance: random.Random) -> None:
    """What the first who read it decided, a few days later."""
    kinds = {
        State.ACCEPTED: DecisionKind.ACCEPT,
        State.RETURNED: DecisionKind.RETURN,
        State.SET_ASIDE: DecisionKind.SET_ASIDE,
    }
    if (kind := kinds.get(testimony.state)) is None:
        return
    reason = chance.choice(REASONS) if kind is DecisionKind.SET_ASIDE else ""
    after = at + timedelta(hours=chance.randint(5, 120))
    decision = Decision(uuid4().hex, testimony.id, reader.id, kind, reason, after, testimony.version)
    unit.testimonies.add_decision(decision, respondent=testimony.respondent)


def _publish(
    unit: Unit,
    form: Form,
    testimony: Testimony,
    readers: tuple[Moderator, Moderator],
    at: datetime,
    purposes: Sequence[str],
) -> None:
    """The redacted copy, in which nothing had to be hidden, and what another brought before everybody."""
    own = texts(form, testimony)
    if not own or not purposes:
        return
    of = {key: digest(words) for key, words in own.items()}
    made = Redaction("", testimony.id, readers[0].id, readers[0].address, at, own, of)
    copy = unit.redactions.add(made, respondent=testimony.respondent)
    for purpose in purposes:
        unit.publications.publish(testimony.id, purpose, at, redaction=copy.id, moderator=readers[1].id)
    if "publish" in purposes:
        _picture(unit, testimony, at)
    unit.looks.drop(testimony.id)


def _translate(
    unit: Unit, form: Form, testimony: Testimony, readers: tuple[Moderator, Moderator], at: datetime
) -> None:
    """What is public of it in other languages, as one of the two wrote it and the other accepted it."""
    own = "\n\n".join(texts(form, testimony).values())
    for language in INTO:
        if own and language != testimony.language:
            words = _said_in(language, testimony.language, own)
            made = Rendition(
                uuid4().hex, testimony.id, Kind.PUBLIC, language, words, readers[1].id, at, of=digest_of(own)
            )
            unit.translations.keep(made, respondent=testimony.respondent)
            unit.translations.accept(made, readers[0].id, at)


def _said_in(language: str, told_in: str, words: str) -> str:
    """The same invented sentences in another language, which says them in the same order."""
    for name, said in _POOLS[told_in].items():
        here, there = ([each] if isinstance(each, str) else each for each in (said, _POOLS[language][name]))
        for sentence, other in zip(here, there, strict=True):
            words = words.replace(sentence, other if told_in != "zh" else f"{other} ")
    return words.strip()


def _picture(unit: Unit, testimony: Testimony, at: datetime) -> None:
    """A few are shown with a photo. None of it lies in the vault, so no answer names it."""
    chance = random.Random(testimony.receipt)  # noqa: S311  (and the chance of all the others stays as it was)
    made = _photo(chance.randrange(scenery.MANY)) if chance.random() < PICTURED else None
    if made is None:
        return
    said = Consent(testimony.id, PHOTO, True, "synthetic", testimony.language, at, testimony.form)
    unit.testimonies.add_consents([said])
    medium = Medium("", testimony.respondent, "image", "synthetic", "synthetic", "image/jpeg", state="gone")
    unit.pictures.ready(unit.pictures.show(testimony.id, unit.media.add(medium, at).id), *made)


@cache
def _photo(number: int) -> tuple[bytes, int, int] | None:
    return anew(scenery.scene(number))


def _testimony(form: Form, person: Person, themes: Sequence[str], chance: random.Random) -> dict[str, str]:
    said = _POOLS[person.language]
    answers = {
        "country": person.country,
        "story": story(chance, person.language, themes),
        "themes": " ".join(themes),
    }
    if chance.random() < 0.6:
        answers |= {"speaks_as": chance.choice(ROLES), "age": chance.choice(AGES)}
    if chance.random() < 0.5:
        answers["help"] = chance.choice(said["help"])
    if chance.random() < 0.5:
        answers["priorities"] = chance.choice(said["first"])
    return _by_ref(form, answers)


def _initiative(form: Form, person: Person, _: Sequence[str], chance: random.Random) -> dict[str, str]:
    said = _POOLS[person.language]
    answers = {
        "speaks_as": chance.choice(DOERS),
        "country": person.country,
        "story": chance.choice(said["doing"]),
    }
    if chance.random() < 0.7:
        answers["missing"] = chance.choice(said["missing"])
    return _by_ref(form, answers)


def _checkin(form: Form, person: Person, themes: Sequence[str], chance: random.Random) -> dict[str, str]:
    answers = {}
    for n, theme in enumerate(themes[:3], start=1):
        answers[f"/checkin/theme_{n}"] = theme
        answers[f"/checkin/change_{n}"] = str(chance.choices(tuple(Direction), (3, 4, 4))[0])
    if chance.random() < 0.8:
        answers["/checkin/reaching"] = chance.choice(REACHING)
    if chance.random() < 0.4:
        answers["/checkin/changed"] = chance.choice(_POOLS[person.language]["now"])
    return answers


_ANSWERS = {"testimony": _testimony, "initiative": _initiative, "checkin": _checkin}


def _by_ref(form: Form, answers: Mapping[str, str]) -> dict[str, str]:
    """Answers by what their questions mean, in the form's order."""
    refs = {form.meaning(means): value for means, value in answers.items()}
    return {question.ref: refs[question.ref] for question in form.questions() if question.ref in refs}
