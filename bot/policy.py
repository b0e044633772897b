"""The privacy policy: what /privacy says to everyone, in every language, and its pages for whoever asks (S1).

`python -m bot.policy` writes docs/privacy/policy.<language>.md from the catalogs; a test compares the two.
"""

from pathlib import Path

from bot import retention
from bot.speech import Day, Sentence
from bot.words import Catalogs, Language, Words

VERSION, OF = "6", "2026-11-26"
"""The version of the text and its day: both move whenever a word of it does."""

_MONTH = 30.44
"""Days of a month, on the whole."""

MONTHS, UNDECIDED = round(retention.VOICE.days / _MONTH), round(retention.UNREAD.days / _MONTH)
"""How long a testimony is kept at most once it was decided on, and where nobody did (S41)."""

DAYS, ADDRESS = retention.DRAFT.days, retention.PERSON.days
"""How long what was begun and not sent is kept, and where to find someone of whom nothing else is (S41)."""

BEYOND_US = (
    "What we cannot erase: screenshots, what others have already copied or printed, Telegram’s own copy, and what"
    " is older than two days in this chat. To clear this chat, open its menu and choose “Delete chat”."
)
"""What no erasure reaches: told beforehand here, and again to whoever leaves."""

PAGES = Path(__file__).parent.parent / "docs" / "privacy"


def sentences(partner: str | Sentence, contact: str | Sentence, others: str = "") -> tuple[Sentence, ...]:
    """The policy of a partner that is reached at `contact`. `others`: with whom she may allow to share, by name."""
    values = {"partner": partner, "contact": contact}
    return (
        Sentence("Your data at {partner}, in short", values),
        Sentence("Who is responsible: {partner}. You can reach us here: {contact}.", values),
        Sentence(
            "What we keep: your answers, voice notes and photos; your language; what you allow; days and times; and,"
            " encrypted and kept apart, the address of this chat so that we can answer you. We do not keep your name,"
            " your username or your phone number."
        ),
        Sentence(
            "If you allow us to ask you again, we also keep the time zone you live in, on which days we asked you, and"
            " what you chose. How often and when, or never: /checkins."
        ),
        Sentence(
            "What for: so that volunteers can read what you live through, answer you, and make needs known. Only"
            " because you agree to it, one permission at a time. Help never depends on it."
        ),
        Sentence(
            "For how long: at most {months} month after it was decided on. Sound recordings are never published.",
            {"months": MONTHS},
            "For how long: at most {months} months after it was decided on. Sound recordings are never published.",
            MONTHS,
        ),
        Sentence(
            "What you begin and do not send is erased after {days} day.",
            {"days": DAYS},
            "What you begin and do not send is erased after {days} days.",
            DAYS,
        ),
        Sentence(
            "What nobody has decided on is erased after {months} month.",
            {"months": UNDECIDED},
            "What nobody has decided on is erased after {months} months.",
            UNDECIDED,
        ),
        Sentence(
            "If nothing else of yours is kept, the address of this chat is erased after {days} day.",
            {"days": ADDRESS},
            "If nothing else of yours is kept, the address of this chat is erased after {days} days.",
            ADDRESS,
        ),
        Sentence(
            "Who sees it: trained volunteers of {partner}. Others only if you allow it: partner organisations, or"
            " everyone, without your name. We never sell it and never give it to advertisers.",
            values,
        ),
        *shared(others),
        Sentence(
            "What is marked as private or urgent is read by a few named people alone. If it is about someone of"
            " {partner}, those of another partner read it in their place, or nobody.",
            values,
        ),
        Sentence(
            "What you offer in answer to a published voice is read by volunteers of that voice’s partner, and by nobody"
            " else."
        ),
        Sentence(
            "Your answers are also counted. Reports tell such numbers of many people together, never of a few; what you"
            " take back is counted in no later report."
        ),
        Sentence("Who knows you may still recognise you in what is published, even without your name."),
        Sentence(
            "A photo is shown only if you allow that by itself, together with your published words, once two volunteers"
            " have seen no face, no name and no house in it."
        ),
        Sentence("No other service translates it, writes it out or analyses it."),
        Sentence(
            "Telegram carries this chat and can see it. It is not sealed from end to end. Whoever holds your phone can"
            " read it too. If that is a danger for you, please do not use this bot."
        ),
        Sentence("Whoever watches your network can see that you use Telegram."),
        Sentence(
            "What you tell is stored encrypted; what is published, times, languages, countries and counts are not."
            " Whoever runs our server, or breaks into all of it, could read everything."
        ),
        Sentence(
            "Your rights: see everything /mydata, take one back /withdraw, change what you allow /mine, erase"
            " everything /forget, stop our messages /stop. At once, and without giving a reason."
        ),
        Sentence("To have something corrected, or not used for a while: write to {contact}.", values),
        Sentence(BEYOND_US),
        Sentence(
            "What stays when you leave: a list of what was done and when, without names or words, and a mark that"
            " keeps a backup from bringing you back."
        ),
        Sentence(
            "If you are not content: write to {contact}, or complain to the data protection authority of your"
            " country.",
            values,
        ),
        Sentence("This text is version {version} of {day}.", {"version": VERSION, "day": Day(OF)}),
    )


def shared(others: str) -> tuple[Sentence, ...]:
    """With whom she may allow it to be shared, by name (S31); nothing where there is nobody."""
    named = Sentence("If you allow sharing, these can read it too: {partners}.", {"partners": others})
    return (named,) if others else ()


def page(language: Language, words: Words) -> str:
    """The policy in one language as Markdown; a partner puts its own name and address where ‹…› stands."""
    partner, contact = Sentence("‹name of the partner›"), Sentence("‹address of the partner›")
    title, *rest = (words.say(each) for each in sentences(partner, contact))
    draft = Sentence(
        "These words were translated by a machine and nobody has checked them yet. Please forgive mistakes."
    )
    if not language.vouched_by and language.code != "en":
        rest.append(words.say(draft))
    body = "\n\n".join(rest)
    return f'<div dir="{language.direction}" lang="{language.code}">\n\n# {title}\n\n{body}\n\n</div>\n'


def path(language: Language) -> Path:
    """Where the page of a language lies."""
    return PAGES / f"policy.{language.code}.md"


if __name__ == "__main__":
    catalogs = Catalogs.read()
    for each in catalogs.ready:
        path(each).write_text(page(each, catalogs.words(each.code)), encoding="utf-8")
