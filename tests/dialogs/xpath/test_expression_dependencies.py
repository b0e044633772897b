"""What a value can depend on, told without evaluating."""

import pytest

from dialogs.xpath import compile_expression

CASES = [
    ("1 + 1", "/data/a", set()),
    ("/data/b", "/data/a", {"/data/b"}),
    (".", "/data/a", {"/data/a"}),
    ("../b", "/data/g/a", {"/data/g/b"}),
    ("../../b + ../c", "/data/g/a", {"/data/b", "/data/g/c"}),
    ("b/c", "/data", {"/data/b/c"}),
    ("/data/b = 'x' and not(../c)", "/data/a", {"/data/b", "/data/c"}),
    ("if(/data/b, /data/c, -/data/d)", "/data/a", {"/data/b", "/data/c", "/data/d"}),
    ("/data/b | ../c", "/data/a", {"/data/b", "/data/c"}),
    ("current()/../b", "/data/g/a", {"/data/g/b"}),
    ("current()", "/data/a", {"/data/a"}),
    ("/data/r[n = current()/../m]/x", "/data/g/a", {"/data/r/n", "/data/g/m", "/data/r/x"}),
    ("/data/r[position() = 2]/x", "/data/a", {"/data/r/x"}),
    (
        "instance('cities')/root/item[country = /data/country and ./open = 1]/name",
        "/data/city",
        {
            "instance(cities)/root/item/country",
            "instance(cities)/root/item/open",
            "instance(cities)/root/item/name",
            "/data/country",
        },
    ),
    ("instance(/data/which)/root", "/data/a", {"/data/which", "instance(*)/root"}),
    ("instance('x')/root/item[1]/..", "/data/a", {"instance(x)/root"}),
    ("pulldata('p', 'c', 'k', /data/b)", "/data/a", {"instance(p)/**/c", "instance(p)/**/k", "/data/b"}),
    ("count(//b)", "/data/a", {"/**/b"}),
    ("/data//b[c]/*", "/data/a", {"/data/**/b/c", "/data/**/b/*"}),
    ("/data/*", "/data/a", {"/data/*"}),
    ("@id", "/data/a", {"/data/a"}),
    ("/data/b/text()", "/data/a", {"/data/b"}),
    ("ancestor::g", "/data/g/a", {"/data/g"}),
    ("ancestor::*/b", "/data/g/a", {"/b", "/data/b", "/data/g/b"}),
    ("//b/ancestor::g/c", "/data/a", {"/**/g/c"}),
    ("following-sibling::b", "/data/g/a", {"/data/g/b"}),
    ("preceding::b", "/data/g/a", {"/**/b"}),
    ("//b/..", "/data/a", {"/**"}),
    ("position(..)", "/data/r/a", set()),
    ("position(/data/r[x = 1])", "/data/a", {"/data/r/x"}),
    ("once(../b)", "/data/a", {"/data/b"}),
    ("string()", "/data/a", {"/data/a"}),
    ("randomize(/data/r)/x", "/data/a", {"/data/r/x"}),
    ("if(/data/b, /data/c, /data/d)/x", "/data/a", {"/data/b", "/data/c/x", "/data/d/x"}),
    ("id('x')", "/data/a", {"/**"}),
    ("indexed-repeat(/data/r/n, /data/r, ../i)", "/data/a", {"/data/r/n", "/data/r", "/data/i"}),
    ("jr:choice-name(/data/b, '/data/b')", "/data/a", {"/data/b"}),
    ("selected(/data/b, 'x') and today() > /data/c", "/data/a", {"/data/b", "/data/c"}),
]


@pytest.mark.parametrize(("text", "at", "paths"), CASES)
def test_dependencies_are_the_paths_a_value_reads(text: str, at: str, paths: set[str]) -> None:
    assert compile_expression(text).dependencies(at) == paths
