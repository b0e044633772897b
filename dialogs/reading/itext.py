"""The words of a form: translations by id and by form (long, guidance, media), and texts written where they stand."""

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

from dialogs.form import EMPTY, Pieces, Ref, Text
from dialogs.reading.markup import Markup
from dialogs.shown import KINDS
from dialogs.told import Told, told
from dialogs.xpath import Expression

UNNAMED = "default"
"""The language of a form that names none."""

LOCALES = Path(__file__).parents[2] / "locales"

_ITEXT = re.compile(r"""\s*jr:itext\(\s*(?:'([^']*)'|"([^"]*)")\s*\)\s*""")
_CODE = re.compile(r"\(\s*([A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*)\s*\)\s*$")


def language_code(name: str) -> str:
    """The code of a language as XLSForm names it: "French (fr)", "French", "Français" and "fr" are all "fr".

    A name that is not in the list of languages stays as it is.
    """
    found = _CODE.search(name)
    return found[1].replace("_", "-") if found else _codes().get(name.strip().casefold(), name.strip())


@cache
def _codes() -> Mapping[str, str]:
    """The codes of the listed languages, by their names in themselves and in English."""
    listed = tomllib.loads((LOCALES / "languages.toml").read_text("utf-8"))["language"]
    return {row[name].casefold(): row["code"] for row in listed for name in ("name", "english")}


class Itext:
    """A form's texts. `expression` compiles what stands between words, `issue` notes what is wrong."""

    def __init__(
        self,
        markup: Markup,
        expression: Callable[[str | None, Ref, str], Expression | None],
        issue: Callable[[Ref, Told, Told], None],
    ) -> None:
        self.markup = markup
        self._expression = expression
        self._issue = issue
        self.default_language = UNNAMED
        self.words: dict[str, dict[str, dict[str, Pieces]]] = {}  # text id → form of it → language → words

    def by_id(self, key: str) -> Text:
        """The text of an id."""
        return Text(self.words.get(key, {}).get("", {}))

    def plain(self, words: str) -> Text:
        """Words that stand where they are said, in the form's own language."""
        return Text({self.default_language: (words,)}) if words else EMPTY

    def read(self, model: Element) -> tuple[str, ...]:
        """Read a model's translations; answers the languages."""
        itext = self.markup.child(model, "itext")
        translations = list(self.markup.children(itext, "translation")) if itext is not None else []
        names = [language_code(each.get("lang", UNNAMED)) for each in translations]
        for twice in sorted({name for name in names if names.count(name) > 1}):
            cause = told("The language “{language}” is there twice.", language=twice)
            self._issue("", cause, told("Write one column for each language."))
        defaults = (name for name, each in zip(names, translations, strict=True) if "default" in each.attrib)
        self.default_language = next(defaults, names[0] if names else UNNAMED)
        for language, translation in zip(names, translations, strict=True):
            for text in self.markup.children(translation, "text"):
                for value in self.markup.children(text, "value"):
                    self._read_value(text.get("id", ""), language, value)
        languages = tuple(dict.fromkeys(names)) or (UNNAMED,)
        return self._without_unnamed(languages) if len(languages) > 1 else languages

    def _without_unnamed(self, languages: tuple[str, ...]) -> tuple[str, ...]:
        """The languages people speak, where one without a name holds nothing but files: those are for all of them.

        pyxform makes such a one of a column `media::image` beside labels in languages.
        """
        forms = [(form, words) for text in self.words.values() for form, words in text.items()]
        if UNNAMED not in languages or any(UNNAMED in words for form, words in forms if form not in KINDS):
            return languages
        spoken = tuple(language for language in languages if language != UNNAMED)
        if self.default_language == UNNAMED:
            self.default_language = spoken[0]
        for _, words in forms:
            if (files := words.pop(UNNAMED, None)) is not None:
                words.setdefault(self.default_language, files)
        return spoken

    def _read_value(self, key: str, language: str, value: Element) -> None:
        form = value.get("form", "")
        if form in {"long", "short"}:
            form = ""
        words = self._pieces(value, _ref_of(key))
        if words and words != ("-",):  # pyxform writes "-" where a translation is missing
            self.words.setdefault(key, {}).setdefault(form, {}).setdefault(language, words)

    def _pieces(self, element: Element, ref: Ref) -> Pieces:
        pieces: list[str | Expression] = [element.text or ""]
        for child in element:
            if self.markup.name(child) == "output":
                found = self._expression(child.get("value") or child.get("ref"), ref, "label")
                pieces.append(found if found is not None else "")
            else:
                pieces.append("".join(child.itertext()))
            pieces.append(child.tail or "")
        return _trimmed(pieces)

    def text(self, element: Element | None, ref: Ref, form: str = "") -> Text:
        """The words of a label, hint or message: by itext id, by reference, or written inside."""
        if element is None:
            return EMPTY
        if (reference := element.get("ref")) is not None:
            return self._referred(reference, ref, form)
        if form:
            return EMPTY
        inside = self._pieces(element, ref)
        return Text({self.default_language: inside}) if inside else EMPTY

    def _referred(self, reference: str, ref: Ref, form: str = "") -> Text:
        if (found := _ITEXT.fullmatch(reference)) is not None:
            return Text(self.words.get(found[1] or found[2] or "", {}).get(form, {}))
        value = None if form else self._expression(reference, ref, "label")
        return Text({self.default_language: (value,)}) if value is not None else EMPTY

    def message(self, words: str | None, ref: Ref) -> Text:
        """The words of a constraint or required message: by itext id, or as they stand."""
        if words and _ITEXT.fullmatch(words) is not None:
            return self._referred(words, ref)
        return self.plain(words or "")

    def media(self, element: Element | None) -> dict[str, Text]:
        """The files that go with a label: image, audio, video, by language."""
        found = _ITEXT.fullmatch(element.get("ref", "")) if element is not None else None
        return self.media_of(found[1] or found[2] or "") if found else {}

    def media_of(self, key: str) -> dict[str, Text]:
        """The files that go with a text of an id."""
        return {
            form: Text(words)
            for form, words in self.words.get(key, {}).items()
            if form not in {"", "guidance"}
        }


def _ref_of(key: str) -> Ref:
    return key.partition(":")[0] if key.startswith("/") else ""


def _trimmed(pieces: list[str | Expression]) -> Pieces:
    """Neighbouring words joined, the white space around the whole dropped (pyxform pads texts with outputs)."""
    joined: list[str | Expression] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        else:
            joined.append(piece)
    if joined and isinstance(joined[0], str):
        joined[0] = joined[0].lstrip()
    if joined and isinstance(joined[-1], str):
        joined[-1] = joined[-1].rstrip()
    return tuple(piece for piece in joined if piece != "")
