"""XForm XML → Form (ODK XForms; also as exported by ODK Central and KoboToolbox)."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from xml.etree.ElementTree import Element

from dialogs.check import cycles
from dialogs.form import (
    EMPTY,
    NOTHING,
    Action,
    Bind,
    Choice,
    Form,
    FormError,
    Group,
    Issue,
    Itemset,
    Kind,
    Part,
    Pieces,
    Question,
    Ref,
    Repeat,
    Text,
)
from dialogs.reading.markup import Markup, parse
from dialogs.xpath import Expression, ExpressionError, Node, compile_expression

NO_ROWS: Mapping[str, int] = MappingProxyType({})
EVENTS = frozenset({"odk-instance-first-load", "odk-new-repeat", "xforms-value-changed"})
MAX_PARTS = 100_000
"""Parts of all expressions: names, values, operators. Each costs a step, so that more could not be worked out."""
UNNAMED = "default"
"""The language of a form that names none."""

_INPUTS = {
    "string": Kind.TEXT,
    "int": Kind.INTEGER,
    "integer": Kind.INTEGER,
    "long": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "double": Kind.DECIMAL,
    "float": Kind.DECIMAL,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "dateTime": Kind.DATETIME,
    "geopoint": Kind.GEOPOINT,
    "barcode": Kind.BARCODE,
}
_SELECTS = {"select1": Kind.SELECT_ONE, "select": Kind.SELECT_MULTIPLE, "odk:rank": Kind.RANK}
_UPLOADS = {"image": Kind.IMAGE, "audio": Kind.AUDIO, "video": Kind.VIDEO}
_CONTROLS = frozenset({"input", "select", "select1", "upload", "trigger", "range", "odk:rank"})
_OWN_ATTRIBUTES = frozenset({"ref", "bind", "appearance"})
_ITEXT = re.compile(r"""\s*jr:itext\(\s*(?:'([^']*)'|"([^"]*)")\s*\)\s*""")
_ITEXT_CHILD = re.compile(r"\s*jr:itext\(\s*([\w.-]+)\s*\)\s*")
_INSTANCE = re.compile(r"""instance\(\s*['"]([^'"]+)['"]\s*\)""")
_CODE = re.compile(r"\(\s*([A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*)\s*\)\s*$")
_NAME = re.compile(r"[^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?")


def read_xform(xml: str, *, rows: Mapping[str, int] = NO_ROWS) -> Form:
    """Read a form; `rows` says in which row of the workbook each ref was written.

    Raises FormError with everything that cannot be read: broken or unknown expressions, rules that read each other
    in a circle, parts of XForms that a chat does not have.
    """
    return _Reader(parse(xml), rows).read(xml)


def language_code(name: str) -> str:
    """The code of a language as XLSForm names it: "French (fr)" → "fr", "fr" → "fr"."""
    found = _CODE.search(name)
    return found[1].replace("_", "-") if found else name.strip()


class _Reader:
    def __init__(self, markup: Markup, rows: Mapping[str, int]) -> None:
        self.markup = markup
        self.rows = rows
        self.issues: list[Issue] = []
        self.default_language = UNNAMED
        self.words: dict[str, dict[str, dict[str, Pieces]]] = {}  # text id → form of it → language → words
        self.instances: dict[str, Node] = {}
        self.templates: dict[Ref, Node] = {}
        self.types: dict[Ref, str] = {}
        self.ids: dict[str, Ref] = {}
        self.notes: set[Ref] = set()
        self.paths: set[Ref] = set()
        self.lists: dict[tuple[str, str, str], Mapping[Node, Choice]] = {}
        self.actions: list[Action] = []
        self.expressions: dict[str, Expression] = {}
        self.expression_parts = 0

    def read(self, xml: str) -> Form:
        head, body = self.child(self.markup.root, "h:head"), self.child(self.markup.root, "h:body")
        model = self.child(head, "model")
        if head is None or body is None or model is None:
            raise FormError(
                Issue(None, "", "There is no head, model or body.", "Send the XForm as it was exported.")
            )
        primary = self.primary(model)
        if primary is None:
            raise FormError(Issue(None, "", "There is no instance.", "Send the XForm as it was exported."))
        languages = self.read_itext(model)
        self.read_instances(model)
        root = self.read_primary(primary, body)
        binds = self.read_binds(model)
        parts = self.parts(body, f"/{root.name}")
        self.read_actions(model, None)
        title = self.child(head, "h:title")
        form = Form(
            name=root.attributes.get("id", "") or root.name,
            version=root.attributes.get("version", "") or root.attributes.get("orx:version", ""),
            title="".join(title.itertext()).strip() if title is not None else "",
            languages=languages,
            default_language=self.default_language,
            binds=binds,
            body=parts,
            model=root,
            instances=self.instances,
            texts={key: Text(forms[""]) for key, forms in self.words.items() if "" in forms},
            xml=xml,
            actions=tuple(self.actions),
        )
        if not self.issues:
            self.issues += cycles(form)
        if self.issues:
            raise FormError(*self.issues)
        return form

    # -- small helps ------------------------------------------------------------------------------------------------

    def child(self, element: Element | None, *names: str) -> Element | None:
        return None if element is None else self.markup.child(element, *names)

    def issue(self, ref: Ref, cause: str, remedy: str) -> None:
        self.issues.append(Issue(self.rows.get(ref), ref, cause, remedy))

    def expression(self, text: str | None, ref: Ref, what: str) -> Expression | None:
        if text is None or not (text := text.strip()):
            return None
        if text not in self.expressions:
            try:
                self.expressions[text] = compile_expression(text)
            except ExpressionError as error:
                cause = f"The {what} “{_shown(text)}” cannot be read: {error.reason}."
                self.issue(ref, cause, "Correct the expression.")
                return None
            self.expression_parts += self.expressions[text].size
        if self.expression_parts > MAX_PARTS:
            cause = f"The form's expressions have more than {MAX_PARTS:,} parts."
            raise FormError(Issue(self.rows.get(ref), ref, cause, "Make two forms of it."))
        return self.expressions[text]

    # -- texts ------------------------------------------------------------------------------------------------------

    def read_itext(self, model: Element) -> tuple[str, ...]:
        itext = self.child(model, "itext")
        translations = list(self.markup.children(itext, "translation")) if itext is not None else []
        names = [language_code(each.get("lang", UNNAMED)) for each in translations]
        for twice in sorted({name for name in names if names.count(name) > 1}):
            self.issue("", f"The language “{twice}” is there twice.", "Write one column for each language.")
        defaults = (name for name, each in zip(names, translations, strict=True) if "default" in each.attrib)
        self.default_language = next(defaults, names[0] if names else UNNAMED)
        for language, translation in zip(names, translations, strict=True):
            for text in self.markup.children(translation, "text"):
                for value in self.markup.children(text, "value"):
                    self.read_value(text.get("id", ""), language, value)
        return tuple(dict.fromkeys(names)) or (UNNAMED,)

    def read_value(self, key: str, language: str, value: Element) -> None:
        form = value.get("form", "")
        if form in {"long", "short"}:
            form = ""
        words = self.pieces(value, _of_text(key))
        if words and words != ("-",):  # pyxform writes "-" where a translation is missing
            self.words.setdefault(key, {}).setdefault(form, {}).setdefault(language, words)

    def pieces(self, element: Element, ref: Ref) -> Pieces:
        pieces: list[str | Expression] = [element.text or ""]
        for child in element:
            if self.markup.name(child) == "output":
                found = self.expression(child.get("value") or child.get("ref"), ref, "output")
                pieces.append(found if found is not None else "")
            else:
                pieces.append("".join(child.itertext()))
            pieces.append(child.tail or "")
        return _trimmed(pieces)

    def text(self, element: Element | None, ref: Ref, form: str = "") -> Text:
        """The words of a label, hint or message: by itext id, by reference, or written inside."""
        if element is None:
            return EMPTY
        if (reference := element.get("ref")) is not None:
            return self.referred(reference, ref, form)
        if form:
            return EMPTY
        inside = self.pieces(element, ref)
        return Text({self.default_language: inside}) if inside else EMPTY

    def referred(self, reference: str, ref: Ref, form: str = "") -> Text:
        if (found := _ITEXT.fullmatch(reference)) is not None:
            return Text(self.words.get(found[1] or found[2] or "", {}).get(form, {}))
        value = None if form else self.expression(reference, ref, "label")
        return Text({self.default_language: (value,)}) if value is not None else EMPTY

    def message(self, words: str | None, ref: Ref) -> Text:
        if not words:
            return EMPTY
        if _ITEXT.fullmatch(words) is not None:
            return self.referred(words, ref)
        return Text({self.default_language: (words,)})

    def media(self, element: Element | None) -> dict[str, Text]:
        found = _ITEXT.fullmatch(element.get("ref", "")) if element is not None else None
        return self.media_of(found[1] or found[2] or "") if found else {}

    def media_of(self, key: str) -> dict[str, Text]:
        return {
            form: Text(words)
            for form, words in self.words.get(key, {}).items()
            if form not in {"", "guidance"}
        }

    # -- instances --------------------------------------------------------------------------------------------------

    def primary(self, model: Element) -> Element | None:
        instance = self.child(model, "instance")
        return next(iter(instance), None) if instance is not None else None

    def read_instances(self, model: Element) -> None:
        for number, instance in enumerate(self.markup.children(model, "instance")):
            if number == 0:
                continue
            key = instance.get("id", "")
            if (source := instance.get("src", "")).endswith("/last-saved"):
                self.issue("", "The form reads what was sent last time.", "Let nothing read ${last-saved#…}.")
            elif source:
                self.issue(
                    "", f"The list “{key}” lies in another file ({source}).", "Put it on the choices sheet."
                )
            root = next(iter(instance), None)
            self.instances[key] = self.node(root, "", frozenset()) if root is not None else Node("root")

    def read_primary(self, primary: Element, body: Element) -> Node:
        repeats = frozenset(
            _path(each.get("nodeset", "")) for each in body.iter() if self.markup.name(each) == "repeat"
        )
        root = self.node(primary, f"/{self.markup.name(primary)}", repeats)
        space = primary.tag[1:].partition("}")[0] if primary.tag.startswith("{") else ""
        if space and not self.markup.prefixes.get(space) and space != "http://www.w3.org/2002/xforms":
            root.attributes["xmlns"] = space
        used = {name.partition(":")[0] for name in _names(root) if ":" in name}
        for space, prefix in self.markup.prefixes.items():
            if prefix in used:
                root.attributes[f"xmlns:{prefix}"] = space
        return root

    def node(self, element: Element, path: Ref, repeats: frozenset[Ref]) -> Node:
        """The element as a node; templates of repeats are taken out and kept in `templates`."""
        attributes = self.markup.attributes(element)
        attributes.pop("jr:template", None)
        text = element.text or ""
        node = Node(self.markup.name(element), text if text.strip() else "", attributes=attributes)
        if path:
            self.paths.add(path)
        written: set[Ref] = set()
        for child in element:
            below = f"{path}/{self.markup.name(child)}" if path else ""
            grown = self.node(child, below, repeats)
            if below in repeats and "jr:template" in self.markup.attributes(child):
                self.templates[below] = grown
                written.add(below)
                continue
            if below in repeats and below not in written:
                self.templates.setdefault(below, _emptied(grown))
            node.append(grown)
        if len(element):
            node.text = ""
        return node

    # -- binds ------------------------------------------------------------------------------------------------------

    def read_binds(self, model: Element) -> dict[Ref, Bind]:
        merged: dict[Ref, dict[str, str]] = {}
        for element in self.markup.children(model, "bind"):
            attributes = self.markup.attributes(element)
            ref = _path(attributes.get("nodeset") or attributes.get("ref") or "")
            if "@" in ref or any(name.startswith("entities:") for name in attributes):
                self.issue(
                    ref.partition("/@")[0],
                    "Entities are not kept by this bot.",
                    "Leave the entities sheet out.",
                )
                continue
            merged.setdefault(ref, {}).update(attributes)
            if "id" in attributes:
                self.ids[attributes["id"]] = ref
        return {ref: self.bind(ref, attributes) for ref, attributes in merged.items()}

    def bind(self, ref: Ref, rules: Mapping[str, str]) -> Bind:
        kind = rules.get("type", "string").strip() or "string"
        kind = kind.partition(":")[2] if kind.startswith(("xsd:", "xs:")) else kind
        self.types[ref] = kind
        readonly = self.expression(rules.get("readonly"), ref, "readonly rule")
        if readonly is not None and readonly.text.replace(" ", "") == "true()":
            self.notes.add(ref)
        return Bind(
            ref=ref,
            type=kind,
            relevant=self.expression(rules.get("relevant"), ref, "relevant rule"),
            required=self.expression(rules.get("required"), ref, "required rule"),
            readonly=readonly,
            constraint=self.expression(rules.get("constraint"), ref, "constraint"),
            calculate=self.expression(rules.get("calculate"), ref, "calculation"),
            constraint_message=self.message(rules.get("jr:constraintMsg"), ref),
            required_message=self.message(rules.get("jr:requiredMsg"), ref),
            preload=" ".join(rules[key] for key in ("jr:preload", "jr:preloadParams") if rules.get(key)),
            chat=_chat(rules),
            row=self.rows.get(ref),
        )

    # -- body -------------------------------------------------------------------------------------------------------

    def parts(self, element: Element, parent: Ref) -> tuple[Part, ...]:
        return tuple(part for child in element if (part := self.part(child, parent)) is not None)

    def part(self, element: Element, parent: Ref) -> Part | None:
        match self.markup.name(element):
            case "group":
                return self.group(element, parent)
            case "repeat":
                return self.repeat(element, None, parent)
            case name if name in _CONTROLS:
                return self.question(element, name, parent)
            case "label" | "hint" | "setvalue" | "odk:setgeopoint" | "odk:recordaudio":
                return None  # a label belongs to what holds it; actions are read where they stand
            case name:
                self.issue(
                    self.ref(element, parent), f"A chat cannot ask “{name}”.", "Use another type of question."
                )
                return None

    def ref(self, element: Element, parent: Ref) -> Ref:
        if (key := element.get("bind")) is not None and key in self.ids:
            return self.ids[key]
        return _path(element.get("ref") or element.get("nodeset") or "", parent)

    def known(self, ref: Ref) -> bool:
        if ref in self.paths:
            return True
        self.issue(ref, "The question has no place in the instance.", "Send the XForm as it was exported.")
        return False

    def group(self, element: Element, parent: Ref) -> Part | None:
        ref = self.ref(element, parent) if element.get("ref") or element.get("bind") else parent
        inner = [child for child in element if self.markup.name(child) not in {"label", "hint"}]
        alone = len(inner) == 1 and self.markup.name(inner[0]) == "repeat"
        if alone and ref in {parent, self.ref(inner[0], parent)}:
            return self.repeat(inner[0], element, parent)
        self.known(ref)
        self.read_actions(element, None)
        return Group(
            ref=ref,
            label=self.text(self.child(element, "label"), ref),
            parts=self.parts(element, ref),
            appearance=_appearance(element),
            chat=_chat(self.markup.attributes(element)),
            row=self.rows.get(ref),
        )

    def repeat(self, element: Element, around: Element | None, parent: Ref) -> Part | None:
        ref = self.ref(element, parent)
        if not self.known(ref):
            return None
        attributes = self.markup.attributes(element)
        outside = self.markup.attributes(around) if around is not None else {}
        label = self.child(around, "label")
        self.read_actions(element, None)
        return Repeat(
            ref=ref,
            label=self.text(label if label is not None else self.child(element, "label"), ref),
            parts=self.parts(element, ref),
            template=self.templates[ref],
            count=self.expression(attributes.get("jr:count"), ref, "repeat count"),
            fixed=attributes.get("jr:noAddRemove", "").strip() == "true()",
            appearance=_appearance(element) | (_appearance(around) if around is not None else frozenset()),
            chat={**_chat(outside), **_chat(attributes)},
            row=self.rows.get(ref),
        )

    def question(self, element: Element, name: str, parent: Ref) -> Question | None:
        ref = self.ref(element, parent)
        if not self.known(ref):
            return None
        kind = self.kind(element, name, ref)
        if kind is None:
            return None
        self.read_actions(element, ref)
        label, hint = self.child(element, "label"), self.child(element, "hint")
        attributes = self.markup.attributes(element)
        return Question(
            ref=ref,
            kind=kind,
            label=self.text(label, ref),
            hint=self.text(hint, ref),
            guidance=self.text(hint, ref, "guidance"),
            appearance=_appearance(element),
            parameters={
                key: value
                for key, value in attributes.items()
                if key not in _OWN_ATTRIBUTES and ":" not in key
            },
            itemset=self.itemset(element, ref) if name in _SELECTS else None,
            chat=_chat(attributes),
            row=self.rows.get(ref),
            media=self.media(label),
        )

    def kind(self, element: Element, name: str, ref: Ref) -> Kind | None:
        typed = self.types.get(ref, "string")
        if name == "input" and ref in self.notes:
            return Kind.NOTE
        if name == "input" and element.get("query") is not None:
            self.issue(
                ref, "Its choices lie in another file.", "Use select_one with a list on the choices sheet."
            )
            return None
        match name:
            case "input":
                kind = _INPUTS.get(typed)
            case "upload":
                kind = _UPLOADS.get(element.get("mediatype", "").partition("/")[0], Kind.FILE)
            case "trigger":
                kind = Kind.ACKNOWLEDGE
            case "range":
                kind = Kind.RANGE
            case _:
                kind = _SELECTS[name]
        if kind is None:
            self.issue(ref, f"A chat cannot ask for “{typed}”.", "Use another type of question.")
        return kind

    # -- choices ----------------------------------------------------------------------------------------------------

    def itemset(self, element: Element, ref: Ref) -> Itemset | None:
        itemset = self.child(element, "itemset")
        if itemset is None:
            return self.written_items(element, ref)
        nodeset = itemset.get("nodeset", "")
        nodes = self.expression(nodeset, ref, "choice filter")
        value = _reference(self.child(itemset, "value")) or "name"
        label = _reference(self.child(itemset, "label")) or value
        found = _INSTANCE.search(nodeset)
        if found is None:
            return Itemset({}, nodes, value, label)
        if found[1] not in self.instances:
            self.issue(ref, f"The list “{found[1]}” is not there.", "Add it to the choices sheet.")
            return None
        by_node = self.list_of(found[1], value, label)
        return Itemset(_by_name(by_node.values()), nodes, value, label, by_node)

    def written_items(self, element: Element, ref: Ref) -> Itemset:
        choices = []
        for item in self.markup.children(element, "item"):
            value, label = self.child(item, "value"), self.child(item, "label")
            name = "".join(value.itertext()).strip() if value is not None else ""
            choices.append(Choice(name, self.text(label, ref), media=self.media(label)))
        return Itemset(_by_name(choices))

    def list_of(self, key: str, value: str, label: str) -> Mapping[Node, Choice]:
        if (key, value, label) not in self.lists:
            self.lists[key, value, label] = {
                node: choice
                for node in _descendants(self.instances[key])
                if (choice := self.choice(node, value, label)) is not None
            }
        return self.lists[key, value, label]

    def choice(self, node: Node, value: str, label: str) -> Choice | None:
        children = {child.name: child for child in node.children if not child.children}
        if value not in children:
            return None
        by_id = _ITEXT_CHILD.fullmatch(label)
        key = by_id[1] if by_id else label
        words = children[key].text if key in children else ""
        if by_id:
            text = Text(self.words.get(words, {}).get("", {}))
        else:
            text = Text({self.default_language: (words,)}) if words else EMPTY
        return Choice(
            name=children[value].text,
            label=text,
            extra={name: child.text for name, child in children.items() if name not in {value, key}},
            media=self.media_of(words) if by_id else {},
        )

    # -- actions ----------------------------------------------------------------------------------------------------

    def read_actions(self, element: Element, source: Ref | None) -> None:
        for child in element:
            match self.markup.name(child):
                case "setvalue":
                    self.set_value(child, source)
                case "odk:setgeopoint" | "odk:recordaudio":
                    self.issue(
                        _path(child.get("ref", "")), "It records the person unasked.", "Remove the row."
                    )
                case "submission":
                    pass  # where it goes is the application's; a form does not choose
                case "odk:setvalue" | "action" | "insert" | "delete":
                    self.issue(_path(child.get("ref", "")), "This action is not known.", "Remove it.")

    def set_value(self, element: Element, source: Ref | None) -> None:
        ref = self.ref(element, "")
        attributes = self.markup.attributes(element)
        events = frozenset((attributes.get("event") or attributes.get("ev:event") or "").split())
        if unknown := events - EVENTS:
            self.issue(ref, f"A value is set at “{', '.join(sorted(unknown))}”.", "Set it at the first load.")
        if ref not in self.paths:
            self.issue(ref, "A value is set where there is no node.", "Send the XForm as it was exported.")
        rule = element.get("value")
        written = "".join(element.itertext()).strip() or None
        value = self.expression(rule, ref, "value to set") if rule is not None else written
        self.actions.append(Action(ref, events, value, source if "xforms-value-changed" in events else None))


def _emptied(node: Node) -> Node:
    """A copy without values: the template of a repeat that has none of its own."""
    copy = Node(node.name, attributes=node.attributes)
    for child in node.children:
        copy.append(_emptied(child))
    return copy


def _path(text: str, parent: Ref = "") -> Ref:
    """An absolute path without spaces; a relative one is below its parent."""
    path = re.sub(r"\s+", "", text).removeprefix("current()/")
    if not path:
        return parent
    return path if path.startswith("/") else f"{parent}/{path.removeprefix('./')}"


def _of_text(key: str) -> Ref:
    return key.partition(":")[0] if key.startswith("/") else ""


def _reference(element: Element | None) -> str:
    return element.get("ref", "").strip().removeprefix("./") if element is not None else ""


def _appearance(element: Element) -> frozenset[str]:
    return frozenset(element.get("appearance", "").split())


def _chat(attributes: Mapping[str, str]) -> Mapping[str, str]:
    found = {
        key.removeprefix("tg:"): value.strip() for key, value in attributes.items() if key.startswith("tg:")
    }
    return found or NOTHING


def _by_name(choices: Iterable[Choice]) -> dict[str, Choice]:
    found: dict[str, Choice] = {}
    for choice in choices:
        found.setdefault(choice.name, choice)
    return found


def _descendants(node: Node) -> Iterable[Node]:
    for child in node.children:
        yield child
        yield from _descendants(child)


def _names(node: Node) -> Iterable[str]:
    yield node.name
    yield from node.attributes
    for child in node.children:
        yield from _names(child)


def _trimmed(pieces: list[str | Expression]) -> Pieces:
    """Neighbouring words joined, the white space around the whole dropped (pyxform pads texts with outputs)."""
    joined: list[str | Expression] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        else:
            joined.append(piece)
    if joined and isinstance(joined[0], str):
        joined[0] = joined[0].lstrip()
    if joined and isinstance(joined[-1], str):
        joined[-1] = joined[-1].rstrip()
    return tuple(piece for piece in joined if piece != "")


def _shown(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 120 else f"{plain[:119]}…"
