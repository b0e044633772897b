"""Forms: the drafts and published versions of the built-in ones and of authors'."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from bot.ports import NO_CONTENTS, Edition, NotYours
from dialogs.form import Attachment, Form
from dialogs.reading.xform import read_xform
from storage.contents import Contents
from storage.prepared import Connection
from storage.rows import Rows, this
from storage.sealing import Seals
from storage.tables import attachments, forms

Shelf = dict[tuple[str, str], Form]
"""Forms that were read, by name and version: a Form is frozen, and a published version never changes (R22)."""

_edition = forms.c.version == sa.bindparam("edition")
_CURRENT = sa.select(forms.c.version).where(this(forms.c.name), forms.c.current)
_ROW = sa.select(forms).where(this(forms.c.name), _edition)
_OWNER = sa.select(forms.c.partner).where(this(forms.c.name)).limit(1)
_OF = (
    sa.select(forms.c.name, forms.c.version, forms.c.current, forms.c.published_at, forms.c.withdrawn_at)
    .where(forms.c.partner == sa.bindparam("partner"))
    .order_by(forms.c.name, forms.c.kept_at.desc())
)
_VERSIONS = (
    sa.select(forms.c.version)
    .where(this(forms.c.name), forms.c.published_at.is_not(None))
    .order_by(forms.c.published_at.desc(), forms.c.version)
)
_RETIRE = sa.update(forms).where(this(forms.c.name), forms.c.current).values(current=False)
_WITHDRAW = sa.update(forms).where(this(forms.c.name)).values(current=False, withdrawn_at=sa.bindparam("at"))
_DRAFT = (
    sa.update(forms)
    .where(this(forms.c.name), _edition)
    .values(xml=sa.bindparam("text"), kept_at=sa.bindparam("at"))
)
_ADD = sa.insert(forms)
_PROMOTE = (
    sa.update(forms)
    .where(this(forms.c.name), _edition)
    .values(current=True, published_at=sa.bindparam("at"), withdrawn_at=None)
)

_FILES = sa.select(attachments.c.name, attachments.c.digest, attachments.c.mime).where(
    attachments.c.form == sa.bindparam("this"), attachments.c.version == sa.bindparam("edition")
)
_DETACH = sa.delete(attachments).where(
    attachments.c.form == sa.bindparam("this"), attachments.c.version == sa.bindparam("edition")
)
_ATTACH = sa.insert(attachments)


@lru_cache(maxsize=16)
def _read(xml: str) -> Form:
    """A form as these words say it: whoever opens a store again in the same process need not read them again."""
    return read_xform(xml)


class Forms(Rows):
    """The Forms port."""

    __slots__ = ("_fresh", "_shelf")

    def __init__(self, connection: Connection, seals: Seals, shelf: Shelf) -> None:
        super().__init__(connection, seals)
        self._shelf = shelf
        self._fresh: set[tuple[str, str]] = set()

    def begin(self) -> None:
        """A new work: nothing of it is written yet."""
        self._fresh.clear()

    def current(self, name: str) -> Form:
        """The version that begins now; KeyError where the form was never published, or is withdrawn."""
        version = self._connection.execute(_CURRENT, {"this": name}).scalar()
        if version is None:
            raise KeyError(f"no form {name} is published")
        return self.version(name, version)

    def version(self, name: str, version: str) -> Form:
        """One version, current or not, a draft too; KeyError where there is none."""
        known = self._shelf.get((name, version))
        if known is not None:
            return known
        row = self._connection.execute(_ROW, {"this": name, "edition": version}).first()
        if row is None:
            raise KeyError(f"no version {version} of the form {name} is published")
        form = replace(_read(row.xml), files=self._files(name, version))
        if row.published_at is not None and (name, version) not in self._fresh:
            self._shelf[name, version] = form  # not what this transaction wrote: it may yet be rolled back
        return form

    def keep(
        self, form: Form, partner: str, now: datetime, contents: Mapping[str, bytes] = NO_CONTENTS
    ) -> None:
        """Keep a draft with what it shows (by digest), in the place of an earlier draft of this version.

        NotYours: the name is another partner's or a built-in form's. ValueError: this version is published already
        with another content.
        """
        values = {"this": form.name, "edition": form.version}
        owner = self._connection.execute(_OWNER, values).first()
        if owner is not None and owner.partner != partner:
            raise NotYours(form.name)
        known = self._connection.execute(_ROW, values).first()
        if known is None:
            self._add(form, partner, now, published=False)
        elif known.published_at is None:
            self._connection.execute(_DRAFT, {**values, "text": form.xml, "at": now})
            self._connection.execute(_DETACH, values)
        elif not self._same(known.xml, form):
            raise ValueError(f"version {form.version} of {form.name} is published with another content")
        else:
            return
        Contents(self._connection, self._seals).add(contents, now)
        for name, file in form.files.items():
            attached = {"form": form.name, "version": form.version, "name": name}
            self._connection.execute(_ATTACH, {**attached, "digest": file.digest, "mime": file.mime})

    def publish(self, form: Form, now: datetime) -> bool:
        """Make this version the current one; False where it is already. ValueError: same version, other XML."""
        values = {"this": form.name, "edition": form.version}
        known = self._connection.execute(_ROW, values).first()
        if known is not None and not self._same(known.xml, form):
            raise ValueError(f"version {form.version} of {form.name} is published with another content")
        if known is not None and known.current:
            return False
        self._connection.execute(_RETIRE, {"this": form.name})
        if known is not None:
            self._connection.execute(_PROMOTE, {**values, "at": now})
        else:
            self._fresh.add((form.name, form.version))
            self._add(form, None, now, published=True)
        return True

    def published(self, name: str, version: str) -> bool:
        """Whether this version is or was one that people answer: no draft."""
        row = self._connection.execute(_ROW, {"this": name, "edition": version}).first()
        return row is not None and row.published_at is not None

    def editions(self, partner: str) -> list[Edition]:
        """Every version of a partner's forms, by name, the newest first."""
        return [
            Edition(
                row.name,
                row.version,
                current=row.current,
                published=row.published_at is not None,
                withdrawn=row.withdrawn_at is not None,
            )
            for row in self._connection.execute(_OF, {"partner": partner})
        ]

    def versions(self, name: str) -> list[str]:
        """Every version of a form that people answer, or did, the newest first."""
        return list(self._connection.execute(_VERSIONS, {"this": name}).scalars())

    def withdraw(self, name: str, now: datetime) -> None:
        """No version of this form is asked any more; what was answered stays readable."""
        self._connection.execute(_WITHDRAW, {"this": name, "at": now})

    def _files(self, name: str, version: str) -> dict[str, Attachment]:
        rows = self._connection.execute(_FILES, {"this": name, "edition": version})
        return {row.name: Attachment(row.digest, row.mime) for row in rows}

    def _same(self, xml: str, form: Form) -> bool:
        return xml == form.xml and self._files(form.name, form.version) == form.files

    def _add(self, form: Form, partner: str | None, now: datetime, *, published: bool) -> None:
        row = {
            "name": form.name,
            "version": form.version,
            "xml": form.xml,
            "current": published,
            "partner": partner,
            "kept_at": now,
            "published_at": now if published else None,
            "withdrawn_at": None,
        }
        self._connection.execute(_ADD, row)
