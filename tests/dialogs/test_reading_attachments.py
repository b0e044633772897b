import pytest

from dialogs.check import check
from dialogs.form import FormError, Kind, Text
from dialogs.reading.attachments import inlined
from dialogs.reading.xform import read_xform
from dialogs.reading.xlsform import read_workbook
from tests.dialogs.written import form_of, started, xform

CITIES_CSV = '\ufeffname,label,country\nab,"Abidjan, port",ci\nbe,Beirut & around,lb\n'.encode()
CITIES_XML = b"""<?xml version="1.0"?>
<root><item><name>ab</name><label>Abidjan</label><country>ci</country></item>
<item><name>be</name><label>Beirut</label><country>lb</country></item></root>"""
CITIES_GEOJSON = b"""{"type": "FeatureCollection", "features": [
  {"type": "Feature", "id": "ab", "properties": {"name": "Abidjan", "people": 6000000},
   "geometry": {"type": "Point", "coordinates": [-4.02, 5.34]}},
  {"type": "Feature", "id": "be", "properties": {"name": "Beirut", "people": null},
   "geometry": {"type": "LineString", "coordinates": [[35.5, 33.9], [35.6, 33.8]]}}]}"""
TABLE = """
| survey |
| | type | name | label | choice_filter |
| | text | country | Country | |
| | select_one_from_file cities.csv | city | City | country = ${country} |
| settings |
| | form_id |
| | d |
"""


def test_a_workbook_takes_its_choices_from_a_csv_file_beside_it() -> None:
    xml, rows = read_workbook(TABLE, name="data", kind=".md")
    form = read_xform(xml, rows=rows, files={"cities.csv": CITIES_CSV})
    assert (form.elsewhere, [str(issue) for issue in check(form)]) == ({}, [])
    instance = started(form)
    instance.set("/data/country", "lb")
    city = next(question for question in form.questions() if question.name == "city")
    (offered,) = instance.choices(city, city.ref)
    assert (offered.name, offered.label) == ("be", Text({"default": ("Beirut & around",)}))
    instance.set("/data/city", "be")
    instance.set("/data/country", "ci")
    assert (instance.value("/data/city"), instance.kept("/data/city")) == ("", "be")


def test_a_form_keeps_its_lists_inside_so_that_it_can_be_read_again_alone() -> None:
    xml, _ = read_workbook(TABLE, name="data", kind=".md")
    form = read_xform(xml, files={"cities.csv": CITIES_CSV})
    again = read_xform(form.xml)
    assert [child.path for child in again.instances["cities"].children] == ["/root/item[1]", "/root/item[2]"]
    assert again.elsewhere == {}


@pytest.mark.parametrize(
    ("name", "data", "nodeset", "told"),
    [
        ("c.csv", b"name;label\nab;Abidjan\n", "instance('c')/root/item", [("ab", "Abidjan")]),
        ("c.xml", CITIES_XML, "instance('c')/root/item[country='lb']", [("be", "Beirut")]),
    ],
)
def test_lists_come_as_csv_or_xml(name: str, data: bytes, nodeset: str, told: list[tuple[str, str]]) -> None:
    body = f'<select1 ref="/data/a"><label>A</label><itemset nodeset="{nodeset}"><value ref="name"/>'
    body += '<label ref="label"/></itemset></select1>'
    model = f'<instance src="jr://file/{name}" id="c"/>'
    form = read_xform(xform("<a/>", "", body, model=model), files={name: data})
    (question,) = form.questions()
    choices = started(form).choices(question, "/data/a")
    assert [(choice.name, choice.label.by_language["default"][0]) for choice in choices] == told


def test_places_of_a_geojson_file_are_written_as_xforms_does() -> None:
    model = '<instance id="c" src="jr://file/c.geojson"><root><item><dummy/></item></root></instance>'
    form = read_xform(xform("<a/>", model=model), files={"c.geojson": CITIES_GEOJSON})
    assert [{child.name: child.text for child in item.children} for item in form.instances["c"].children] == [
        {"geometry": "5.34 -4.02 0 0", "id": "ab", "name": "Abidjan", "people": "6000000"},
        {"geometry": "33.9 35.5 0 0; 33.8 35.6 0 0", "id": "be", "name": "Beirut", "people": ""},
    ]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("c.csv", b"\xff\xfe\x00", "'utf-8' codec"),
        ("c.geojson", b"[]", "it is no FeatureCollection"),
        ("c.geojson", b"{", "Expecting property name"),
        ("c.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "This is not XML that can be read"),
        ("c.xml", b"<root><item></root>", "This is not XML that can be read"),
        ("c.csv", b"name\n" + b"a\n" * 50_001, "it has more than 50,000 rows"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(name: str, data: bytes, why: str) -> None:
    with pytest.raises(FormError) as caught:
        inlined(f'<instance id="c" src="jr://file/{name}"/>', {name: data})
    assert caught.value.issues[0].cause.startswith(f"The file “{name}” cannot be read: ")
    assert why in caught.value.issues[0].cause


def test_choices_of_an_old_external_select_come_from_itemsets_csv() -> None:
    body = (
        '<input ref="/data/a"><label>A</label></input>'
        '<input ref="/data/b" query="instance(\'towns\')/root/item[country= /data/a ]"><label>B</label></input>'
    )
    itemsets = b"list_name,name,label,country\ntowns,ab,Abidjan,ci\ntowns,be,Beirut,lb\n"
    form = read_xform(xform("<a/><b/>", "", body), files={"itemsets.csv": itemsets})
    instance = started(form)
    instance.set("/data/a", "ci")
    question = list(form.questions())[1]
    assert question.kind is Kind.SELECT_ONE
    assert [choice.name for choice in instance.choices(question, "/data/b")] == ["ab"]


def test_choices_of_a_workbooks_external_sheet_are_choices_like_any_other() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | choice_filter |
        | | select_one country | country | Country | |
        | | select_one_external town | town | Town | country=${country} |
        | choices |
        | | list_name | name | label |
        | | country | ci | Côte d’Ivoire |
        | external_choices |
        | | list_name | name | label | country |
        | | town | ab | Abidjan | ci |
        | | town | be | Beirut | lb |
        """
    )
    instance = started(form)
    instance.set("/data/country", "ci")
    town = list(form.questions())[1]
    assert [choice.name for choice in instance.choices(town, town.ref)] == ["ab"]


def test_external_choices_may_share_a_name_in_different_places() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | choice_filter |
        | | text | country | Country | |
        | | select_one_external town | town | Town | country=${country} |
        | external_choices |
        | | list_name | name | label | country |
        | | town | port | The port of Abidjan | ci |
        | | town | port | The port of Beirut | lb |
        """,
        settings="",
    )
    instance = started(form)
    instance.set("/data/country", "lb")
    town = list(form.questions())[1]
    assert [instance.words(each.label, town.ref) for each in instance.choices(town, town.ref)] == [
        "The port of Beirut"
    ]
    assert instance.label(town, "port", town.ref) == "The port of Beirut"
