"""The catalogs and the code say the same: nobody translates what is never said, and nothing is said without words."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po
from jinja2 import nodes

from bot.words import DOMAINS
from dialogs.form import Issue
from dialogs.told import Told
from web.rendering import environment

ROOT = Path(__file__).resolve().parents[2]
SAYING = {
    "Sentence": (0, "chat"),
    "Button": (0, "chat"),
    "Quote": (1, "chat"),
    "Fact": (0, "desk"),
    "_desk": (0, "desk"),
    "_counted": (0, "desk"),
    "_button": (0, "desk"),
    "_authors": (0, "authors"),
    "_report": (0, "report"),
    "_written": (0, "report"),
    "told": (0, "authors"),
}
"""Calls that say a sentence: where in the call its id stands, and its domain where the call names none."""

Key = tuple[str, str, str]
"""A sentence: its domain, its context, its id."""


@dataclass(frozen=True)
class Said:
    """What the code says: for certain, and all other texts in it that could be a sentence of any domain."""

    certain: frozenset[Key]
    possible: frozenset[str]


def texts(node: ast.AST, constants: dict[str, ast.expr]) -> Iterator[ast.Constant]:
    """The texts an expression may have, as far as they are written in the same module."""
    match node:
        case ast.Constant(value=str()):
            yield node
        case ast.IfExp(body=one, orelse=other):
            yield from texts(one, constants)
            yield from texts(other, constants)
        case ast.Name(id=name) if name in constants:
            yield from texts(constants[name], {})
        case ast.Subscript(value=ast.Name(id=name)) if name in constants:
            match constants[name]:
                case ast.Dict(values=values) | ast.Tuple(elts=values):
                    for value in values:
                        yield from texts(value, {})


def sentences(call: ast.Call, constants: dict[str, ast.expr]) -> Iterator[tuple[Key, ast.Constant]]:
    """The sentences a call says for certain; none where its domain is only known when it is called."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "_written":
        name = call.func.attr
    named = {each.arg: each.value for each in call.keywords}
    if name not in SAYING or "literal" in named:
        return
    place, usual = SAYING[name]
    domain, context = named.get("domain", ast.Constant(usual)), named.get("context", ast.Constant(""))
    if any(isinstance(each, ast.Constant) and each.value == "desk" for each in call.args[place + 1 :]):
        domain = ast.Constant("desk")
    if isinstance(domain, ast.Constant) and isinstance(context, ast.Constant):
        for text in texts(call.args[place], constants) if len(call.args) > place else ():
            yield (str(domain.value), str(context.value), str(text.value)), text


def modules() -> list[Path]:
    """The code that speaks."""
    return sorted(path for house in ("bot", "web", "dialogs") for path in (ROOT / house).rglob("*.py"))


def on_pages() -> Iterator[Key]:
    """What the templates of the public pages say."""
    templates = environment()
    for name in templates.list_templates():
        source = (ROOT / "web" / "templates" / name).read_text("utf-8")
        for call in templates.parse(source).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "say":
                [text] = call.args
                assert isinstance(text, nodes.Const), f"{name}:{call.lineno}"
                domain = next((each.value for each in call.kwargs if each.key == "domain"), None)
                yield str(domain.value if isinstance(domain, nodes.Const) else "pages"), "", str(text.value)


def said() -> Said:
    """Read the code, and the templates."""
    certain: set[Key] = set(on_pages())
    possible: set[str] = set()
    for path in modules():
        module = ast.parse(path.read_text("utf-8"))
        constants = {
            each.targets[0].id: each.value
            for each in module.body
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)
        }
        found: set[int] = set()
        for call in (each for each in ast.walk(module) if isinstance(each, ast.Call)):
            for key, text in sentences(call, constants):
                certain.add(key)
                if text in call.args:
                    found.add(id(text))
        possible |= {
            each.value
            for each in ast.walk(module)
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in found
        }
    return Said(frozenset(certain), frozenset(possible))


def known() -> set[Key]:
    """Every sentence of the English catalogs."""
    keys = set()
    for domain in DOMAINS:
        with (ROOT / "locales" / "en" / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
            for entry in read_po(file):
                if entry.id:
                    text = entry.id if isinstance(entry.id, str) else entry.id[0]
                    keys.add((domain, entry.context or "", text))
    return keys


def test_every_sentence_of_the_catalogs_is_said() -> None:
    code = said()
    assert sorted(key for key in known() if key not in code.certain and key[2] not in code.possible) == []


def test_every_sentence_that_is_said_is_in_the_catalogs() -> None:
    code = said()
    assert len(code.certain) > 150
    assert sorted(code.certain - known()) == []


def test_no_issue_is_written_without_a_template() -> None:
    """An author reads it in her language: cause and remedy are `Told`, and each is told in words of a catalog."""
    assert (Issue.__annotations__["cause"], Issue.__annotations__["remedy"]) == (Told, Told)
    telling = [
        (path.name, call)
        for path in modules()
        if "from dialogs.told import" in (source := path.read_text("utf-8"))
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in {"told", "Told"}
    ]
    assert len(telling) > 100
    assert [
        f"{name}:{call.lineno}"
        for name, call in telling
        if not (isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str))
    ] == []
