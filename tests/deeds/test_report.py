"""The report: what is in it may be said, every number can be counted anew, and what was taken back is in none of it."""

import csv
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import docx
import docx.shared
import pytest

from bot import compiling, issuing, leaving, synthetic
from bot.blocks import Grid, Heading, Paper, Paragraph, Quotation, unmarked
from bot.chapters import CAPTIONS, PEOPLE, SIDES, Writer
from bot.paper import folder, letter, printed
from bot.people import Consent, Moderator, Partner, Region, Role
from bot.ports import Unit
from bot.redaction import Redaction, digest, texts
from bot.report import WHAT, Ledger, Period, Quoted, sides
from bot.safe import TABLES
from bot.testimony import Decision, DecisionKind, State
from bot.testimony import Testimony as Told
from tests.deeds.stage import Player, Stage, catalogs, forms
from tests.fakes import FakeClock
from tests.stores import someone, voice

FORMS = {form.name: form for form in forms()}
YEAR = Period(date(2025, 11, 1), date(2026, 10, 31))
MMM = Partner("mmm", "Make Mothers Matter", 7, "hello@example.org")
OMEP = Partner("omep", "OMEP", 5, "omep@example.org")


async def writer(
    stage: Stage, language: str = "en", partners: tuple[Partner, ...] = (MMM,), period: Period = YEAR
) -> Writer:
    """Whoever writes the report of these."""
    gathered = await compiling.compiled(stage.store, catalogs(), partners, period, stage.now)
    return Writer(gathered, Ledger(gathered), catalogs(), language)


async def report(
    stage: Stage, language: str = "en", partners: tuple[Partner, ...] = (MMM,), period: Period = YEAR
) -> Mapping[str, bytes]:
    """Every file of it that is plain text, and what its PDF is set from."""
    made = await writer(stage, language, partners, period)
    paper = made.paper()
    return {**folder.readable(made, paper), "set.typ": printed.source(paper)}


def counted_anew(files: Mapping[str, bytes], path: Path) -> str:
    """What the script says that lies beside the report, run as a reader runs it."""
    folder.write(path, files)
    done = subprocess.run(
        [sys.executable, "-I", "-S", path / "recompute.py"], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout


def rows(files: Mapping[str, bytes], table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[f"annex/{table}.csv"].decode("utf-8-sig"))))


def spelled(files: Mapping[str, bytes]) -> str:
    """All that can be read in it."""
    return "\n".join(content.decode() for name, content in files.items() if name != "recompute.py")


# -- of many invented voices ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_script_counts_every_number_anew(stage: Stage, tmp_path: Path, language: str) -> None:
    await synthetic.fill(stage.store, ["mmm"], 600, stage.now)
    files = await report(stage, language)
    said = counted_anew(files, tmp_path / "report")
    assert said.endswith(" 0 differences\n"), said
    assert int(said.split()[0]) > 60
    people = int(rows(files, "people")[0]["people"])
    assert people > 100
    if language == "ar":
        assert "جنوب آسيا" in files["report.html"].decode(), (
            "the network's regions are called as in her language"
        )
        assert "South Asia" not in spelled(files)
        return
    broken = {
        "annex/people.csv": (b",%d\r\n" % people, b",%d\r\n" % (people + 10)),
        "report.html": (b"<h2>", b"<h2>7 "),
        "charts/themes.svg": (b'" height="18', b'7" height="18'),
        "annex/quotes.csv": (rows(files, "quotes")[0]["words"].encode(), b"Something else."),
    }
    for n, (name, (one, other)) in enumerate(broken.items()):
        assert one in files[name]
        worse = {**files, name: files[name].replace(one, other, 1)}
        assert not counted_anew(worse, tmp_path / str(n)).endswith(" 0 differences\n"), name


async def test_pdf_and_word_file_say_what_the_page_says(stage: Stage) -> None:
    """Also where a name is written like a command of what sets the page."""
    hostile = 'A "name\\" #panic(1) $x$ <b> 7'

    def rename(unit: Unit) -> None:
        unit.people.save_partner(replace(MMM, name=hostile))

    await stage.do(rename)
    await synthetic.fill(stage.store, ["mmm"], 400, stage.now)
    made = await writer(stage, "ar", (replace(MMM, name=hostile),))
    files = folder.written(made)
    paper = made.paper()
    assert files["report.pdf"].startswith(b"%PDF")
    assert files["report.pdf"] == printed.pdf(paper), "the same words make the same file"
    assert len(printed.pages(paper, 20)) > 4
    said = words_of(files["report.docx"])
    for block in paper.blocks:
        match block:
            case Heading(_, text) | Paragraph(text):
                assert unmarked(text) in said
            case Grid():
                assert {unmarked(each) for row in (block.head, *block.rows) for each in row} <= set(said)
            case Quotation():
                assert block.words in said
                assert unmarked(block.about) in said
    assert any(hostile in each for each in said)
    assert "#panic" in files["report.html"].decode()


@pytest.mark.parametrize("columns", [3, 10])
def test_a_table_of_the_word_file_fits_its_page_and_reads_from_the_right(columns: int) -> None:
    """A wide one lies on its side: LibreOffice drops what runs upwards in a table that is read from the right."""
    grid = Grid("اللغات", ("عنوان",) * columns, (("قيمة",) * columns,) * 3)
    document: Any = docx.Document(
        io.BytesIO(letter.docx(Paper("ar", "rtl", "ت", "ت", "ت", (grid, Paragraph("ت")))))
    )
    [table] = document.tables
    pages = [(each.page_width, each.page_height) for each in document.sections]
    assert [width > height for width, height in pages] == ([False] if columns < 9 else [False, True, False])
    room = max(width for width, _ in pages) - 2 * docx.shared.Cm(2)
    assert sum(each.width for each in table.columns) <= room + docx.shared.Pt(1)
    written = document.element.xml
    assert "w:bidiVisual" in written
    assert "w:textDirection" not in written
    assert {*re.findall('w:cs="([^"]*)"', document.styles.element.xml)} == {"Noto Sans Arabic"}


def words_of(content: bytes) -> list[str]:
    """Every text of a Word file."""
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [*(each.text for each in document.paragraphs), *cells]


async def test_no_number_is_more_than_there_are_nor_one_of_few(stage: Stage) -> None:
    """S37."""
    await synthetic.fill(stage.store, ["mmm", "omep"], 900, stage.now)
    files = await report(stage, partners=(MMM, OMEP))

    def truth(unit: Unit) -> dict[tuple[str, str], set[str]]:
        """Who speaks of what, where: read from every row, by nothing of the report."""
        region_of = {country: region.id for region in synthetic.REGIONS for country in region.countries}
        found: dict[tuple[str, str], set[str]] = {}
        for each in unit.testimonies.origins():
            told = unit.testimonies.get(each.testimony, partner=each.partner)
            if (
                told is not None
                and told.state is State.ACCEPTED
                and not told.sensitive
                and YEAR.since <= told.received_at < YEAR.until
            ):
                for theme in told.themes:
                    found.setdefault((theme, region_of.get(told.country, "")), set()).add(told.respondent)
        return found

    people = await stage.do(truth)
    told = {(row["theme"], row["region"]): row["people"] for row in rows(files, "theme_region")}
    assert {len(told), len(told.values())} == {15 * 11}
    assert any(told.values())
    for cell, number in told.items():
        there = len(people.get(cell, ()))
        assert number == "" or 10 <= int(number) <= there, cell
        assert not (number == "" and there > 45), f"{there} people, and nothing is told of {cell}"


async def test_what_is_withdrawn_is_gone_from_every_file_of_the_next_report(stage: Stage) -> None:
    """S31."""
    await withdrawn_and_rebuilt(stage, 200, 12)


@pytest.mark.soak
async def test_fifty_of_two_thousand_are_withdrawn_and_leave_no_trace(stage: Stage) -> None:
    await withdrawn_and_rebuilt(stage, 2_000, 50)


async def withdrawn_and_rebuilt(stage: Stage, voices: int, gone: int) -> None:
    """Voices that are quoted are withdrawn by who told them; the report is made again until none is left to choose."""
    await synthetic.fill(stage.store, ["mmm"], voices, stage.now)
    left = gone
    before = await report(stage)
    receipts: set[str] = set()
    while left:
        quoted = [row["receipt"] for table in ("quotes", "initiatives") for row in rows(before, table)]
        chosen = list(dict.fromkeys(quoted))[:left]
        receipts |= set(chosen)
        left -= len(chosen)

        def withdraw(unit: Unit, chosen: list[str] = chosen) -> list[str]:
            found = (
                unit.testimonies.get(each.testimony, partner=each.partner)
                for each in unit.testimonies.origins()
            )
            hers = [each for each in found if each is not None and each.receipt in chosen]
            for told in hers:
                her = unit.people.respondent(told.respondent)
                assert her is not None
                leaving.withdraw(unit, stage.here(f"leaving:{told.id}"), her, told.id)
            return [words for told in hers for words in texts(FORMS[told.form], told).values()]

        words = set(await stage.do(withdraw))
        after = await report(stage)
        text = spelled(after)
        others = {
            row[name]
            for table, names in (("quotes", ("words",)), ("initiatives", ("what", "for_whom", "missing")))
            for row in rows(after, table)
            for name in names
        }
        assert not [each for each in receipts if each in text]
        assert not [each for each in words - others if each in text], "what another said too may stay"
        before = after
    assert len(receipts) == gone


# -- of voices made by hand -------------------------------------------------------------------------------------------


def of(unit: Unit, n: int, **more: object) -> Told:
    """An accepted voice of somebody new, of the built-in testimony."""
    form = FORMS["testimony"]
    words = str(more.pop("words", f"Canary {n} sang."))
    answers = {form.meaning("country"): "MG", form.meaning("story"): words}
    values: dict[str, object] = {
        "form_version": form.version,
        "themes": ("food",),
        "state": State.ACCEPTED,
        "received_at": datetime(2026, 9, 1 + n % 28, tzinfo=UTC),
        "receipt": f"MG-{n:04}",
        "answers": answers,
        "version": 1,
    }
    return voice(someone(unit, 7_000 + n, partner="mmm"), **values | more)


def allowed(told: Told, *purposes: str) -> list[Consent]:
    return [Consent(told.id, each, True, "w", "en", told.received_at) for each in ("keep", *purposes)]


def team(unit: Unit) -> tuple[Moderator, Moderator]:
    one, two = (
        unit.people.add_moderator(
            unit.people.add_address(each, each, datetime(2026, 1, 1, tzinfo=UTC)),
            "mmm",
            Role.MODERATOR,
            "en",
            datetime(2026, 1, 1, tzinfo=UTC),
        )
        for each in (61, 62)
    )
    return one, two


def quoted(unit: Unit, told: Told, readers: tuple[Moderator, Moderator], copy: str) -> None:
    """A redacted copy, and it may be quoted."""
    unit.testimonies.add(told, allowed(told, "quote", "publish"))
    [(key, own)] = texts(FORMS["testimony"], told).items()
    at = told.received_at
    made = unit.redactions.add(
        Redaction("", told.id, readers[0].id, readers[0].address, at, {key: copy}, {key: digest(own)}),
        respondent=told.respondent,
    )
    for purpose in ("quote", "publish"):
        unit.publications.publish(told.id, purpose, at, redaction=made.id, moderator=readers[1].id)


async def test_only_redacted_words_that_may_be_quoted_today_are_in_it(stage: Stage) -> None:
    """S31, S34, S36: whatever else was told, nothing of it is in any file."""

    def prepare(unit: Unit) -> list[Told]:
        unit.associations.save_region(Region("mg", "Madagascar", ("MG",)))
        readers = team(unit)
        made = {
            name: of(unit, n, words=f"the {name} canary sang", receipt=f"MG-{name.upper()}")
            for n, name in enumerate(("heard", "revoked", "withheld", "sheltered", "undone", "published"))
        }
        for told in made.values():
            quoted(unit, told, readers, f"a {told.receipt} bird sang")
        unit.testimonies.add_consents(
            [replace(each, granted=False) for each in allowed(made["revoked"], "quote")[1:]]
        )
        unit.publications.unpublish(made["published"].id, "quote")
        unit.testimonies.save(replace(made["withheld"], withheld=True))
        unit.testimonies.save(replace(made["sheltered"], sensitive=True))
        unit.testimonies.save(replace(made["undone"], state=State.IN_REVIEW))
        states = set(State) - {State.ACCEPTED}
        for n, state in enumerate(states, start=20):
            told = of(unit, n, words=f"the {state} canary", state=state, receipt=f"MG-{state.upper()}")
            unit.testimonies.add(told, allowed(told))
        for n in range(30, 60):
            unit.testimonies.add(told := of(unit, n), allowed(told))
        for n in range(100, 160):
            theme, kept = ("violence", {"withheld": True}) if n % 2 else ("women", {"sensitive": True})
            unit.testimonies.add(told := of(unit, n, themes=(theme,), **kept), allowed(told))
        return list(made.values())

    await stage.do(prepare)
    files = await report(stage)
    text = spelled(files)
    [row] = rows(files, "quotes")
    assert (row["receipt"], row["words"]) == ("MG-HEARD", "a MG-HEARD bird sang")
    assert "canary" not in text.lower()
    assert '<code dir="ltr">MG-HEARD</code>' in text
    for receipt in (
        "REVOKED",
        "WITHHELD",
        "SHELTERED",
        "UNDONE",
        "PUBLISHED",
        *(str(each).upper() for each in State),
    ):
        assert f"MG-{receipt}" not in text
    assert {row["theme"] for row in rows(files, "themes") if row["people"]} == {"food"}
    [line] = await stage.deeds("made a report")
    assert (line.actor, line.object) == ("operator", "partner:mmm")


async def test_whatever_was_written_stands_in_every_kind_of_file(stage: Stage) -> None:
    """S11: nothing that a file cannot hold breaks one, nor computes in a table; names of regions are text as well."""
    odd = "＝1+1 \x0b \uffff <b> #x"
    gathered = (await writer(stage)).gathered
    for quote in (odd, f"' {odd}"):
        told = Quoted("MG-0001", "challenges", quote, "en", "MG", "mg", "2026-09")
        made = replace(gathered, partners=(odd,), regions={"mg": odd}, quotes=(told,))
        for kind in ("docx", "html"):
            assert folder.single(Writer(made, Ledger(made), catalogs(), "en"), kind)
        readable = Writer(made, Ledger(made), catalogs(), "en")
        [row] = rows(folder.readable(readable, readable.paper()), "quotes")
        assert row["words"] == f"'{quote}".translate({0x0B: 0xFFFD, 0xFFFF: 0xFFFD})


async def test_what_is_taken_back_while_a_report_is_made_is_not_in_it(stage: Stage) -> None:
    """S31."""

    def prepare(unit: Unit) -> Told:
        told = of(unit, 1, words="a canary sang")
        quoted(unit, told, team(unit), "a bird sang")
        return told

    class Busy:
        """A store in which she takes it back after the first page was read."""

        seen = False

        async def transact(self, work: Callable[[Unit], Any]) -> Any:
            done = await stage.store.transact(work)
            if not self.seen and getattr(work, "func", None) is compiling._page:
                self.seen = True
                no = [replace(each, granted=False) for each in allowed(told, "quote")[1:]]
                await stage.store.transact(lambda unit: unit.testimonies.add_consents(no))
            return done

        async def close(self) -> None: ...

    told = await stage.do(prepare)
    assert (await compiling.compiled(stage.store, catalogs(), (MMM,), YEAR, stage.now)).quotes
    assert (await compiling.compiled(Busy(), catalogs(), (MMM,), YEAR, stage.now)).quotes == ()


async def test_another_partners_voices_are_in_it_only_where_all_are_asked_for(stage: Stage) -> None:
    """S20."""

    def prepare(unit: Unit) -> None:
        for n in range(40):
            theirs = replace(
                of(unit, n), respondent=someone(unit, 8_000 + n, partner="omep").id, partner="omep"
            )
            unit.testimonies.add(theirs, allowed(theirs))

    await stage.do(prepare)
    assert rows(await report(stage), "people")[0]["people"] == ""
    assert "Too few people told something" in (await report(stage))["report.html"].decode()
    together = rows(await report(stage, partners=(MMM, OMEP)), "people")[0]
    assert 10 <= int(together["people"]) <= 40
    assert (await report(stage, partners=(MMM, OMEP)))["report.html"].decode().count("OMEP") == 1


async def test_what_was_set_aside_is_counted_with_its_reason_and_nothing_else_of_it(stage: Stage) -> None:
    def prepare(unit: Unit) -> None:
        one, _ = team(unit)
        for n in range(60):
            told = of(unit, n, state=State.SET_ASIDE)
            unit.testimonies.add(told, allowed(told))
            decided = Decision(
                f"{n:032}", told.id, one.id, DecisionKind.SET_ASIDE, "twice", told.received_at, 1
            )
            unit.testimonies.add_decision(decided, respondent=told.respondent)

    await stage.do(prepare)
    files = await report(stage)
    told = {row["reason"]: row["people"] for row in rows(files, "aside")}
    assert {reason for reason, number in told.items() if number} == {"twice"}
    assert {row["people"] for row in rows(files, "theme_region")} == {""}


async def test_what_was_published_elsewhere_counts_in_the_month_of_that(stage: Stage) -> None:
    """Whenever it was brought in; where nobody knows its day, in the month in which it came."""

    def prepare(unit: Unit) -> None:
        readers = team(unit)
        for n in range(130):
            day, came = (
                ({"day": "2020-03-05"}, stage.now) if n % 2 else ({}, datetime(2026, 9, 2, tzinfo=UTC))
            )
            more = {"elsewhere": {"source": "A group", **day}, "received_at": came}
            told = of(unit, n, words=f"the canary {n} sang", **more)
            if n < 2:
                quoted(unit, told, readers, "a bird sang")
            else:
                unit.testimonies.add(told, allowed(told))

    def months(files: Mapping[str, bytes]) -> set[str]:
        return {row["month"] for row in rows(files, "theme_month") if row["people"]}

    await stage.do(prepare)
    lately, then = (
        await report(stage),
        await report(stage, period=Period(date(2020, 1, 1), date(2020, 6, 30))),
    )
    assert (months(lately), months(then)) == ({"2026-09"}, {"2020-03"})
    assert [row["month"] for row in rows(lately, "quotes")] == ["2026-09"]
    assert [row["month"] for row in rows(then, "quotes")] == ["2020-03"]


async def test_a_report_is_of_whole_months_that_are_over(stage: Stage) -> None:
    """S6, S37."""
    with pytest.raises(ValueError, match="whole months"):
        Period(date(2026, 1, 1), date(2026, 6, 29))
    running = Period(date(2026, 11, 1), date(2026, 11, 30))
    with pytest.raises(compiling.NotOver):
        await report(stage, period=running)
    stage.now = running.until + timedelta(seconds=1)
    assert await report(stage, period=running)


# -- in the chat ------------------------------------------------------------------------------------------------------


async def test_a_lead_asks_for_a_report_and_it_comes_as_a_pdf(stage: Stage) -> None:
    await synthetic.fill(stage.store, ["mmm"], 60, stage.now)
    lena = await stage.moderator(5, Role.LEAD)
    await lena.says("/report")
    await lena.taps("The last three months")
    assert "It is being made" in lena.sees
    assert await issuing.issue(stage.store, FakeClock(stage.now), catalogs()) == 1
    await stage.deliver()
    [file] = lena.last.files
    assert file.name == "report-2026-08-2026-10.pdf"
    assert file.content.startswith(b"%PDF")
    assert "what people told from August 1, 2026 to October 31, 2026" in lena.sees
    assert await issuing.issue(stage.store, FakeClock(stage.now), catalogs()) == 0, "once"
    [deed] = await stage.deeds("made a report")
    assert deed.actor.startswith("moderator:")


async def sent(stage: Stage, lead: Player, *labels: str) -> tuple[str, bytes]:
    """The file that comes where a lead asks for a report and taps these."""
    await lead.says("/report")
    for label in labels:
        await lead.taps(label)
    assert await issuing.issue(stage.store, FakeClock(stage.now), catalogs()) == 1
    await stage.deliver()
    [file] = lead.last.files
    return file.name, file.content


async def test_a_lead_chooses_as_what_it_comes(stage: Stage, tmp_path: Path) -> None:
    await synthetic.fill(stage.store, ["mmm"], 60, stage.now)
    lena = await stage.moderator(5, Role.LEAD)
    name, content = await sent(stage, lena, "Word", "The last month")
    assert name == "report-2026-10-2026-10.docx"
    assert "Who speaks" in " ".join(words_of(content))
    name, content = await sent(stage, lena, "Word", "Web page", "The last month")
    assert (name, content[:15].lower()) == ("report-2026-10-2026-10.html", b"<!doctype html>")
    name, content = await sent(stage, lena, "Page and tables", "The last year")
    assert name == "report-2025-11-2026-10.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        files = {each.removeprefix("report/"): packed.read(each) for each in packed.namelist()}
    assert {"report.html", "annex/numbers.csv", "annex/themes.csv", "recompute.py"} <= files.keys()
    assert counted_anew(files, tmp_path / "report").endswith(" 0 differences\n")


async def test_what_a_lead_asked_for_before_an_upgrade_comes_as_a_pdf(stage: Stage) -> None:
    """Who waits was kept without the kind of the file; one that cannot be made holds nobody up."""
    for each in (5, 6):
        await stage.moderator(each, Role.LEAD)
    role, other = await stage.role(5), await stage.role(6)
    await stage.do(lambda unit: unit.marks.set("report:mmm", f"{other.id}:1:nothing {role.id}:1"))
    assert await issuing.issue(stage.store, FakeClock(stage.now), catalogs()) == 1
    await stage.deliver()
    assert stage.person(5).last.files[0].name.endswith(".pdf")


async def test_who_leads_no_more_gets_no_report(stage: Stage) -> None:
    """S22."""
    vera, lena = await stage.moderator(4), await stage.moderator(5, Role.LEAD)
    await vera.says("/report")
    assert "This part is for the volunteers" in vera.sees
    await lena.says("/report")
    await lena.taps("The last year")
    role = await stage.role(5)
    await stage.do(lambda unit: unit.people.save_moderator(replace(role, left_at=stage.now)))
    assert await issuing.issue(stage.store, FakeClock(stage.now), catalogs()) == 0
    assert await stage.deeds("made a report") == []


def test_every_table_and_what_it_sorts_by_has_a_name() -> None:
    assert set(CAPTIONS) >= set(TABLES)
    assert set(SIDES) >= {side for table in TABLES for side in sides(table)}
    assert set(PEOPLE) == set(WHAT)
    assert not {"numbers", "quotes", "initiatives", "codes"} & set(TABLES), "each file has one name"
