"""Forms as tests write them: Markdown tables, as pyxform reads them; and sessions in them at a fixed time."""

from collections.abc import Mapping
from datetime import UTC, datetime
from textwrap import dedent

from dialogs.form import Form, FormError, Issue
from dialogs.instance import Instance
from dialogs.reading.xform import read_xform
from dialogs.reading.xlsform import read_workbook

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
SETTINGS = """
| settings |
|  | form_id | version | namespaces |
|  | data | 1 | tg="https://voices.example/xforms/chat" |
"""


def form_of(table: str, settings: str = SETTINGS) -> Form:
    xml, rows = read_workbook(dedent(table) + settings, name="data", kind=".md")
    return read_xform(xml, rows=rows)


def issues_of(table: str) -> list[Issue]:
    try:
        form_of(table)
    except FormError as error:
        return list(error.issues)
    return []


def xform(
    instance: str, binds: str = "", body: str = "", *, model: str = "", namespaces: str = "", itext: str = ""
) -> str:
    return f"""<?xml version="1.0"?>
    <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
            xmlns:jr="http://openrosa.org/javarosa" xmlns:odk="http://www.opendatakit.org/xforms"
            xmlns:orx="http://openrosa.org/xforms" {namespaces}>
      <h:head><h:title>T</h:title><model>{itext}
        <instance><data id="d" version="7">{instance}</data></instance>{model}{binds}
      </model></h:head>
      <h:body>{body}</h:body>
    </h:html>"""


def started(form: Form, language: str = "", given: Mapping[str, str] | None = None) -> Instance:
    return Instance.start(
        form, now=NOW, chance=lambda: 0.5, language=language or form.default_language, given=given or {}
    )


def restored(instance: Instance, plain: Mapping[str, object]) -> Instance:
    return Instance.restore(
        instance.form, plain, now=instance.now, chance=instance.chance, language=instance.language
    )


def names(instance: Instance) -> list[str]:
    """The last steps of everything that can be asked."""
    return [step.ref.rpartition("/")[2] for step in instance.walk()]
