"""Words out to translators and in again: the catalogs of all languages brought to what English says.

English says it first: its catalogs in `locales/en/LC_MESSAGES` are written by hand, beside the code that speaks; one,
`forms.po`, is gathered from the built-in workbooks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog

from bot.words import FALLBACK, LOCALES, Language, listed
from dialogs.reading import po
from dialogs.reading.xlsform import read_sheets

FORMS = Path(__file__).parent.parent / "dialogs" / "forms"

AUDIENCES = ("chat", "desk", "authors", "pages", "report", "forms")
"""Who hears the words: people who speak with the bot · moderators · authors of forms · readers of the public pages ·
who reads a report · those who answer a form.
"""

HEADER = """# What the built-in forms ask and say, in English.
# msgid is the English text; what stands in ${braces} is filled in and stays as it is."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a language's words for one audience are: entries in all, those missing or unsure, and faults."""

    language: Language
    audience: str
    entries: int
    missing: tuple[str, ...]
    faults: tuple[str, ...]


def renew(folder: Path = LOCALES) -> list[Coverage]:
    """Bring every catalog to the entries English has, write it, and say how far each language is.

    New entries come empty; reworded ones keep their translation, marked as unsure; dropped ones go.
    """
    sources = {audience: _source(folder, audience) for audience in AUDIENCES}
    _path(folder, FALLBACK, "forms").write_bytes(po.written(sources["forms"]))
    coverage = []
    for language in listed(folder):
        for audience, source in sources.items():
            if language.code != FALLBACK:
                path = _path(folder, language.code, audience)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(po.written(po.renewed(po.read(path), source, language.code)))
            coverage.append(_coverage(folder, language, audience))
    return coverage


def examine(folder: Path = LOCALES) -> Iterator[Coverage]:
    """How far each language is, as the files stand."""
    for language in listed(folder):
        for audience in AUDIENCES:
            yield _coverage(folder, language, audience)


def gathered() -> Catalog:
    """Every text of the built-in forms, in English."""
    gathered = Catalog(locale=FALLBACK)
    for source in (*sorted(FORMS.glob("[!l]*/*.md")), *sorted(FORMS.glob("lists/*.md"))):
        po.gather(gathered, read_sheets(source.read_bytes(), ".md"), form=source.stem)
    spoken = po.renewed(Catalog(locale=FALLBACK, header_comment=HEADER), gathered, FALLBACK)
    spoken.header_comment = HEADER
    for message in spoken:
        if message.id:
            message.string = message.id
    return spoken


def _source(folder: Path, audience: str) -> Catalog:
    return gathered() if audience == "forms" else po.read(_path(folder, FALLBACK, audience))


def _coverage(folder: Path, language: Language, audience: str) -> Coverage:
    catalog = po.read(_path(folder, language.code, audience))
    return Coverage(language, audience, len(catalog), tuple(po.missing(catalog)), tuple(po.faults(catalog)))


def _path(folder: Path, language: str, audience: str) -> Path:
    return folder / language / "LC_MESSAGES" / f"{audience}.po"
