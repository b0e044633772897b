"""A voice that was put into the reader's language, as the public pages, the data and the feeds show it."""

import xml.etree.ElementTree as ElementTree

import orjson

from bot.ports import Unit
from bot.rendition import Kind, Rendition, digest
from bot.testimony import Testimony as Voice  # a name that pytest does not take for a test
from tests.deeds.test_voices import VERA, VICTOR
from tests.web.stage import Site
from web.pages import CUT

TOLD = "Le puits est loin, dit [nom]."
ORIGINAL = "Le puits est loin, dit Bakoly."
ENGLISH, ARABIC = "The well is far, says [name].", "البئر بعيدة، يقول [اسم]."


async def hang(site: Site, words: str = TOLD, **translations: str) -> Voice:
    """A voice told in French, with translations that Vera wrote and Victor accepted."""
    told = await site.hang(words, original=words.replace("[nom]", "Bakoly"), language="fr")
    vera, victor = await site.stage.role(VERA), await site.stage.role(VICTOR)

    def work(unit: Unit) -> None:
        for number, (language, text) in enumerate(translations.items()):
            made = Rendition(
                f"{number:032x}",
                told.id,
                Kind.PUBLIC,
                language,
                text,
                vera.id,
                site.stage.now,
                of=digest(words),
            )
            unit.translations.keep(made, respondent=told.respondent)
            assert unit.translations.accept(made, victor.id, site.stage.now)

    await site.stage.do(work)
    await site.tick()
    return told


async def test_the_readers_language_comes_first_and_the_original_stands_under_it(site: Site) -> None:
    """S36: each with its own language and direction; by whom, and from which language; nothing that was hidden."""
    told = await hang(site, en=ENGLISH, ar=ARABIC)
    for reader, words, way, line in (
        ("en", ENGLISH, "ltr", "Translated by volunteers from French"),
        ("ar", ARABIC, "rtl", "ترجمه متطوعون."),
    ):
        for path in (f"/{reader}/", f"/{reader}/voices/{await site.id_of(told)}"):
            page = await site.reads(path)
            first = page.index(f'<div class="words" lang="{reader}" dir="{way}">')
            under = page.index('<details class="original">')
            assert first < page.index(words) < page.index(line) < under < page.index(TOLD)
            assert '<div class="words" lang="fr" dir="ltr">' in page[under:]
            assert "Bakoly" not in page
    page = await site.reads("/fr/")
    assert TOLD in page
    assert '<details class="original"' not in page
    page = await site.reads("/sw/")
    assert TOLD in page
    assert ENGLISH not in page


async def test_words_are_sought_in_what_a_reader_reads(site: Site) -> None:
    """And the language that is chosen is the one in which it was told."""
    await hang(site, en=ENGLISH)
    for path, found in {
        "/en/?q=well": True,
        "/en/?q=puits": True,
        "/ar/?q=well": False,
        "/en/?language=fr": True,
        "/en/?language=en": False,
    }.items():
        assert (TOLD in await site.reads(path)) is found, path


async def test_a_long_one_is_cut_on_the_wall_and_whole_on_its_page(site: Site) -> None:
    """Issue 8: a page with both stays small; what is over is one tap away."""
    long = "Le puits est loin. " * 80 + "La fin."
    told = await hang(site, long.strip(), en="The well is far. " * 80 + "The end.")
    wall = await site.reads("/en/")
    assert "Read all of it" in wall
    assert wall.count("The well is far.") == CUT // len("The well is far. ")
    assert wall.count("Le puits est loin.") == CUT // 2 // len("Le puits est loin. ")
    assert "The end." not in wall
    page = await site.reads(f"/en/voices/{await site.id_of(told)}")
    assert "The end." in page
    assert "La fin." in page


async def test_the_data_has_each_and_a_feed_has_its_own(site: Site) -> None:
    """The feed is XML, whose paragraphs say their language."""
    told = await hang(site, en=ENGLISH, ar=ARABIC)
    voice = orjson.loads(await site.reads(f"/api/v1/voices/{await site.id_of(told)}"))
    assert voice["text"] == TOLD
    assert voice["translations"] == [
        {"language": "ar", "text": ARABIC},
        {"language": "en", "text": ENGLISH},
    ]
    feed = ElementTree.fromstring(await site.reads("/en/feed.xml"))
    [content] = feed.iter("{http://www.w3.org/2005/Atom}content")
    assert content.get("type") == "xhtml"
    text = "".join(content.itertext())
    assert text.index(ENGLISH) < text.index("Translated by volunteers from French") < text.index(TOLD)
    languages = [each.get("{http://www.w3.org/XML/1998/namespace}lang") for each in content.iter()]
    assert [each for each in languages if each] == ["en", "fr"]
    assert ENGLISH not in await site.reads("/fr/feed.xml")


async def test_markup_in_a_translation_is_words(site: Site) -> None:
    """S14: on the pages and in the feed."""
    await hang(site, en="<b>the well</b> &amp; ]]>")
    for path in ("/en/", "/en/feed.xml"):
        page = await site.reads(path)
        assert "<b>the well" not in page
        assert "&lt;b&gt;the well&lt;/b&gt; &amp;amp; ]]&gt;" in page
