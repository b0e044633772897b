"""The instance as it is submitted, against text written by hand."""

from xml.etree import ElementTree

from dialogs.reading.xform import read_xform
from tests.dialogs.written import form_of, started, xform

ID = "uuid:00000000-0000-4000-8000-000000000000"


def test_a_testimony_is_written_with_repeats_recordings_and_only_what_is_relevant() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | relevant | repeat_count |
        | | text | name | Name | | |
        | | text | secret | Secret | ${name} = '' | |
        | | audio | voice | Voice | | |
        | | begin_repeat | child | Child | | 2 |
        | | integer | age | Age | | |
        | | text | school | School | ${age} > 5 | |
        | | end_repeat | | | | |
        """
    )
    instance = started(form)
    instance.set("/data/name", "Ana & <Zoë>")
    instance.set("/data/voice", "v1 v2")
    instance.set("/data/child[1]/age", "4")
    instance.set("/data/child[2]/age", "7")
    instance.set("/data/child[2]/school", "A")
    assert instance.to_xml(ID, files={"v1": "1.oga", "v2": "2.oga"}) == (
        '<data id="data" version="1"><name>Ana &amp; &lt;Zoë&gt;</name><voice>1.oga</voice><voice>2.oga</voice>'
        "<child_count>2</child_count><child><age>4</age></child><child><age>7</age><school>A</school></child>"
        f"<meta><instanceID>{ID}</instanceID></meta></data>"
    )


def test_namespaces_attributes_and_the_version_are_those_of_the_form() -> None:
    document = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
        xmlns:orx="http://openrosa.org/xforms" xmlns:my="urn:mine"><h:head><h:title>T</h:title><model>
        <instance><sub xmlns="http://opendatakit.org/submissions" id="f" orx:version="2026-1" my:tag="a&quot;b">
        <a my:b="c"/><orx:meta><orx:instanceID/></orx:meta></sub></instance></model></h:head>
        <h:body><input ref="/sub/a"><label>A</label></input></h:body></h:html>"""
    form = read_xform(document)
    assert (form.name, form.version) == ("f", "2026-1")
    instance = started(form)
    instance.set("/sub/a", "x")
    root = ElementTree.fromstring(instance.to_xml(ID))
    space, orx = "{http://opendatakit.org/submissions}", "{http://openrosa.org/xforms}"
    assert (root.tag, root.attrib) == (
        f"{space}sub",
        {"id": "f", f"{orx}version": "2026-1", "{urn:mine}tag": 'a"b'},
    )
    assert [(each.tag, each.text, each.attrib) for each in root.iter()][1:] == [
        (f"{space}a", "x", {"{urn:mine}b": "c"}),
        (f"{orx}meta", None, {}),
        (f"{orx}instanceID", ID, {}),
    ]


def test_a_form_without_a_place_for_the_id_gets_one() -> None:
    body = '<input ref="/data/a"><label>A</label></input>'
    plain = started(read_xform(xform("<a/>", "", body)))
    assert plain.to_xml(ID) == (
        f'<data id="d" version="7"><a></a><meta><instanceID>{ID}</instanceID></meta></data>'
    )
    named = started(read_xform(xform("<a/><meta><instanceName/></meta>", "", body)))
    assert named.to_xml(ID) == (
        '<data id="d" version="7"><a></a>'
        f"<meta><instanceName></instanceName><instanceID>{ID}</instanceID></meta></data>"
    )


def test_templates_of_repeats_are_never_written() -> None:
    asked = '<input ref="/data/r/x"><label>X</label></input>'
    body = f'<group ref="/data/r"><repeat nodeset="/data/r">{asked}</repeat></group>'
    instance = started(read_xform(xform('<r jr:template=""><x>new</x></r>', "", body)))
    assert "<r>" not in instance.to_xml(ID)
    instance.add("/data/r")
    assert instance.to_xml(ID) == (
        f'<data id="d" version="7"><r><x>new</x></r><meta><instanceID>{ID}</instanceID></meta></data>'
    )
