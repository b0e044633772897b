"""Published form versions."""

from datetime import datetime

import sqlalchemy as sa

from dialogs.form import Form
from dialogs.reading.xform import read_xform
from storage.rows import Rows, this
from storage.sealing import Seals
from storage.tables import forms

Shelf = dict[tuple[str, str], Form]
"""Forms that were read, by name and version: a Form is frozen, and a published version never changes (R22)."""

_CURRENT = sa.select(forms.c.version).where(this(forms.c.name), forms.c.current)
_XML = sa.select(forms.c.xml).where(this(forms.c.name), forms.c.version == sa.bindparam("edition"))
_RETIRE = sa.update(forms).where(this(forms.c.name), forms.c.current).values(current=False)
_ADD = sa.insert(forms)
_PROMOTE = (
    sa.update(forms)
    .where(this(forms.c.name), forms.c.version == sa.bindparam("edition"))
    .values(current=True, published_at=sa.bindparam("at"))
)


class Forms(Rows):
    """The Forms port."""

    __slots__ = ("_fresh", "_shelf")

    def __init__(self, connection: sa.Connection, seals: Seals, shelf: Shelf) -> None:
        super().__init__(connection, seals)
        self._shelf = shelf
        self._fresh: set[tuple[str, str]] = set()

    def current(self, name: str) -> Form:
        """The version that begins now; KeyError where the form was never published."""
        version = self._connection.execute(_CURRENT, {"this": name}).scalar()
        if version is None:
            raise KeyError(f"no form {name} is published")
        return self.version(name, version)

    def version(self, name: str, version: str) -> Form:
        """One version, current or not; KeyError where there is none."""
        known = self._shelf.get((name, version))
        if known is not None:
            return known
        xml = self._connection.execute(_XML, {"this": name, "edition": version}).scalar()
        if xml is None:
            raise KeyError(f"no version {version} of the form {name} is published")
        form = read_xform(xml)
        if (name, version) not in self._fresh:  # what this transaction wrote may yet be rolled back
            self._shelf[name, version] = form
        return form

    def publish(self, form: Form, now: datetime) -> bool:
        """Make this version the current one; False where it is already. ValueError: same version, other XML."""
        values = {"this": form.name, "edition": form.version}
        known = self._connection.execute(_XML, values).scalar()
        if known is not None and known != form.xml:
            raise ValueError(f"version {form.version} of {form.name} is published with another content")
        if known is not None and self._connection.execute(_CURRENT, values).scalar() == form.version:
            return False
        self._connection.execute(_RETIRE, {"this": form.name})
        if known is not None:
            self._connection.execute(_PROMOTE, {**values, "at": now})
            return True
        self._fresh.add((form.name, form.version))
        row = {
            "name": form.name,
            "version": form.version,
            "xml": form.xml,
            "current": True,
            "published_at": now,
        }
        self._connection.execute(_ADD, row)
        return True
