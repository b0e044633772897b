"""Photos as readers of the public pages get them: apart, for a minute, and not a moment after they were taken back."""

import json

import pytest

from bot.people import PHOTO, Consent
from bot.testimony import Testimony as Voice  # a name that pytest does not take for a test
from tests.photographs import CANARY, HOSTILE
from tests.web.stage import Site


async def shown(site: Site) -> tuple[Voice, str, str]:
    """A voice with a photo: its page, without the language, and the address of its photo."""
    told = await site.hang("L’eau est loin.", language="fr")
    return told, f"voices/{await site.id_of(told)}", await site.shows(told, HOSTILE["EXIF with a place"])


async def test_it_stands_with_its_words_on_the_wall_on_its_page_in_data_and_feeds(site: Site) -> None:
    """Issue 8: loaded when it is reached, told to those who do not see it, in the reader’s language."""
    told, page, photo = await shown(site)
    other = await site.hang("Told without one.")
    for path in ("", page):
        for language, told_as in (("en", "A photo sent with this voice"), ("ar", "صورة أُرسلت مع هذا الصوت")):
            read = await site.reads(f"/{language}/{path}")
            assert (
                f'<img src="{photo}" width="48" height="32" alt="{told_as}" loading="lazy" decoding="async">'
                in read
            )
            assert read.count("<img ") == 1
    plain = {each["id"]: each["photo"] for each in json.loads(await site.reads("/api/v1/voices"))["voices"]}
    assert plain == {await site.id_of(told): photo, await site.id_of(other): None}
    assert f'<link rel="enclosure" type="image/jpeg" href="{photo}"/>' in await site.reads("/en/feed.xml")
    assert "<img" not in await site.reads(f"/en/voices/{await site.id_of(other)}")


async def test_it_is_a_jpeg_and_nothing_else_kept_for_a_minute(site: Site) -> None:
    """S7, S15: nobody takes it for a page; no other site shows it."""
    _, _, photo = await shown(site)
    async with site.client.get(photo) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "image/jpeg"
        assert response.headers["Cache-Control"] == "public, max-age=60"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Robots-Tag"] == "noindex, noarchive"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        content, tag = await response.read(), response.headers["ETag"]
    assert content[:3] == b"\xff\xd8\xff"
    assert CANARY not in content
    async with site.client.get(photo, headers={"If-None-Match": tag}) as response:
        assert (response.status, await response.read()) == (304, b"")


@pytest.mark.parametrize("purpose", [PHOTO, "publish"])
async def test_it_is_gone_the_moment_it_is_taken_back(site: Site, purpose: str) -> None:
    """S31: the file, and every mention of it; the words stay where only the photo was taken back."""
    told, page, photo = await shown(site)
    assert photo in await site.reads("/en/")
    said = Consent(told.id, purpose, False, "sha256:ab", "fr", site.stage.now)
    await site.stage.do(lambda unit: unit.testimonies.add_consents([said]))
    await site.reads(photo, 404)
    stays = 200 if purpose == PHOTO else 404
    for path in ("/en/", "/en/feed.xml", "/api/v1/voices"):
        read = await site.reads(path)
        assert photo not in read
        assert ("L’eau est loin." in read) is (stays == 200)
    assert photo not in await site.reads(f"/en/{page}", stays)


async def test_an_address_nobody_gave_out_shows_nothing(site: Site) -> None:
    _, page, photo = await shown(site)
    for other in (f"/photos/{page.removeprefix('voices/')}.jpg", f"{photo}x", photo.upper(), "/photos/"):
        await site.reads(other, 404)
