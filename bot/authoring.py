"""Authoring, a deed: a form that an author sent is read, checked, kept as a draft, published, withdrawn."""

import asyncio
import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path, PurePath

from bot.circumstances import Circumstances
from bot.journal import Deed
from bot.people import Moderator
from bot.ports import Clock, Edition, Messenger, NotYours, Store, Unit, Upload
from bot.words import Catalogs
from dialogs.check import check
from dialogs.form import Form, FormError, Issue
from dialogs.portable import portable
from dialogs.reading.attachments import LISTS, NO_FILES
from dialogs.reading.guarded import Converted, read_workbook
from dialogs.reading.package import Package, is_package, unpack
from dialogs.reading.po import translations
from dialogs.reading.xform import read_xform
from dialogs.told import Told, told

log = logging.getLogger("voices.authoring")

LISTS_FOR_ALL = Path(__file__).parent.parent / "dialogs" / "forms" / "lists"
"""Choice lists any author may name without writing them: `countries`, `themes`."""

AT_ONCE = 5
"""How many forms one round reads."""

TRIES = 3
"""How often a file that cannot be fetched is asked for."""

AGAIN = timedelta(seconds=30)

LINKED = re.compile(r"[A-Za-z0-9_-]{1,62}")
"""The ids of forms that a link can carry: Telegram's 64 characters, less the two that say it is a form."""

_BEGINNINGS = ((b"PK", ".xlsx"), (b"\xd0\xcf\x11\xe0", ".xls"), (b"<", ".xml"), (b"|", ".md"))
"""How a file of each kind begins; its name is not asked (S9)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a file came to: a form with advice, or the issues for which it is none.

    `contents`: what the form shows (`Form.files`), by digest.
    """

    form: Form | None = None
    issues: tuple[Issue, ...] = ()
    contents: Mapping[str, bytes] = field(default_factory=dict)


Tell = Callable[[Unit, Circumstances, Moderator, Reading], None]


def read(content: bytes, beside: Mapping[str, bytes] = NO_FILES) -> Reading:
    """Read a workbook (Excel, CSV, Markdown), an XForm, or a .zip that holds one of them with the files it names.

    `beside`: further files of the form, by name. Takes half a second and more: call it in a thread.
    """
    try:
        package = unpack(content) if kind_of(content) == ".zip" else Package(content, {})
        files = {**beside, **package.files}
        form, lists = _form(package.form, files)
    except FormError as error:
        return Reading(issues=error.issues)
    issues = (
        *_nameless(form),
        *check(form),
        *portable(form),
        *_unread(files.keys() - lists - form.files.keys()),
    )
    grave = tuple(issue for issue in issues if not issue.advice)
    if grave:
        return Reading(issues=grave)
    contents = {form.files[name].digest: files[name] for name in form.files}
    return Reading(form, issues, contents)


def _form(content: bytes, files: Mapping[str, bytes]) -> tuple[Form, frozenset[str]]:
    """The form with what the files hold, and the files it took lists from; FormError."""
    from dialogs.reading.xlsform import load_lists  # takes half a second to import

    kind = kind_of(content)
    beside = {name: data for name, data in files.items() if PurePath(name).suffix.lower() in LISTS}
    if kind == ".xml" and not beside:
        converted = Converted(content.decode("utf-8", "replace"), {})
    else:
        known = load_lists(LISTS_FOR_ALL, translations())
        converted = read_workbook(content, name="data", kind=kind, lists=known, files=beside)
    shown = {name: data for name, data in files.items() if name not in beside}
    return read_xform(converted.xml, rows=converted.rows, files=shown), converted.lists


def _nameless(form: Form) -> Iterator[Issue]:
    """What a form needs besides its questions, so that it can be found and told from its other versions."""
    if not LINKED.fullmatch(form.name):
        cause = told("No link can carry the id “{name}”.", name=form.name)
        remedy = told(
            "Write a {column} of at most {most} letters from a to z, digits and hyphens.",
            column="form_id",
            most=62,
        )
        yield Issue(None, "", cause, remedy)
    if not form.version:
        remedy = told("Write one on the settings sheet, column “{column}”.", column="version")
        yield Issue(None, "", told("The form has no version."), remedy)


def _unread(names: Iterable[str]) -> Iterator[Issue]:
    """Files that came with a form which does not name them."""
    if listed := ", ".join(sorted(names)):
        cause = told("The form names none of these files: {files}.", files=listed)
        yield Issue(None, "", cause, told("Leave them out."), advice=True)


def kind_of(content: bytes) -> str:
    """What kind of file this is, by how it begins: ".xlsx", ".zip", ".xls", ".xml", ".md", else ".csv"."""
    begins = content[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    kind = next((kind for mark, kind in _BEGINNINGS if begins.startswith(mark)), ".csv")
    return ".zip" if kind == ".xlsx" and is_package(content) else kind


@dataclass(frozen=True, slots=True)
class Authoring:
    """Fetches the forms that were sent, reads them, keeps the good ones as drafts; safe to interrupt and repeat.

    `tell` says to the author what came of it, in the transaction that keeps it.
    """

    store: Store
    messenger: Messenger
    clock: Clock
    catalogs: Catalogs
    tell: Tell

    async def fetch(self) -> int:
        """Read what waits; how many were read."""
        now = self.clock.now()
        wanted = await self.store.transact(lambda unit: unit.uploads.wanted(AT_ONCE, now))
        return sum([await self._fetch(upload) for upload in wanted])

    async def _fetch(self, upload: Upload) -> bool:
        try:
            content = await self.messenger.fetch(upload.file)
        except OSError as error:
            log.warning("a form could not be fetched: %s", type(error).__name__)
            content = None
            if upload.tries + 1 < TRIES:
                later = self.clock.now() + AGAIN
                await self.store.transact(lambda unit: unit.uploads.later(upload.id, later))
                return False
        if content is None:
            cause = told("The file did not reach us, or is larger than 20 MB.")
            reading = _against(cause, told("Send it once more."))
        else:
            reading = await asyncio.to_thread(read, content)
        await self.store.transact(lambda unit: self._keep(unit, upload, reading))
        return True

    def _keep(self, unit: Unit, upload: Upload, reading: Reading) -> None:
        author = unit.people.moderator(upload.moderator)
        if not unit.uploads.drop(upload.id) or author is None or not author.writes_forms:
            return
        here = Circumstances(f"upload:{upload.id}", self.clock.now(), self.catalogs)
        self.tell(unit, here, author, keep(unit, here, author, reading))


def receive(unit: Unit, here: Circumstances, author: Moderator, file: str) -> None:
    """An author sent a file (Telegram's id of it): it is read soon."""
    unit.uploads.add(author.id, file, here.now)


def keep(unit: Unit, here: Circumstances, author: Moderator, reading: Reading) -> Reading:
    """Keep a form that was read as a draft of the author's partner; what stands against it joins its issues."""
    if reading.form is None:
        return reading
    form = reading.form
    try:
        unit.forms.keep(form, author.partner, here.now, reading.contents)
    except NotYours:
        cause = told("“{form}” is the name of another form.", form=form.name)
        return _against(cause, told("Choose another {column}.", column="form_id"))
    except ValueError:
        cause = told(
            "Version {version} is published already, and this file says something else.", version=form.version
        )
        return _against(cause, told("Give it another version on the settings sheet."))
    unit.journal.write(Deed(here.now, f"moderator:{author.id}", "sent", f"form:{code_of(form)}"))
    return reading


def _against(cause: Told, remedy: Told) -> Reading:
    return Reading(issues=(Issue(None, "", cause, remedy),))


def code_of(form: Form | Edition) -> str:
    """What a button calls a form's version: 12 characters."""
    return hashlib.sha256(f"{form.name}\0{form.version}".encode()).hexdigest()[:12]


def editions(unit: Unit, author: Moderator) -> Mapping[str, Edition]:
    """Every version of the forms of an author's partner, by code, the newest first."""
    return {code_of(each): each for each in unit.forms.editions(author.partner)}


def publish(unit: Unit, here: Circumstances, author: Moderator, edition: Edition) -> bool:
    """This version begins from now on; sessions that are open go on with theirs (R22). False where it did before."""
    form = unit.forms.version(edition.name, edition.version)
    changed = unit.forms.publish(form, here.now)
    if changed:
        unit.journal.write(Deed(here.now, f"moderator:{author.id}", "published", f"form:{code_of(form)}"))
    return changed


def withdraw(unit: Unit, here: Circumstances, author: Moderator, edition: Edition) -> None:
    """The form is asked no more; what was answered stays."""
    unit.forms.withdraw(edition.name, here.now)
    unit.journal.write(Deed(here.now, f"moderator:{author.id}", "withdrew", f"form:{code_of(edition)}"))
