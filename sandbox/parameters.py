"""What a request may carry: names and types of every Bot API method, read from aiogram's models.

aiogram's models are the Bot API's own schema in Python. Their annotations are compiled once into small
readers over plain JSON values, because building aiogram's objects for every request would be slow and
would let unknown fields of nested objects pass.
"""

import enum
import functools
import json
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiogram.methods
from aiogram.client.default import Default
from aiogram.methods import TelegramMethod
from aiogram.types import InputFile, KeyboardButton
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sandbox.refusal import METHOD_NOT_FOUND, Json, Refusal, bad


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in a multipart request."""

    name: str
    mime: str
    data: bytes


class _Wrong(Exception):
    """A value is not what the Bot API wants; the argument says what it wants."""


_Read = Callable[[object], object]
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise _Wrong("must be a String")
    return value


def _integer(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Wrong("must be an Integer")
    return value


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Wrong("must be a Number")
    return float(value)


def _boolean(value: object) -> object:
    if not isinstance(value, bool):
        raise _Wrong("must be a Boolean")
    return value


def _file(value: object) -> object:
    if not isinstance(value, str | Upload):
        raise _Wrong("must be a file or a String")
    return value


def _list_of(read: _Read) -> _Read:
    def read_list(value: object) -> object:
        if not isinstance(value, list):
            raise _Wrong("must be an Array")
        return [read(item) for item in value]

    return read_list


def _one_of_values(values: tuple[object, ...]) -> _Read:
    allowed = [value.value if isinstance(value, enum.Enum) else value for value in values]

    def read_value(value: object) -> object:
        if not any(value == each and type(value) is type(each) for each in allowed):
            raise _Wrong(f"must be one of {', '.join(map(str, allowed))}")
        return value

    return read_value


class _Object:
    """Reads a nested object: every field known, every required field there."""

    def __init__(self, model: type[BaseModel], *, strict: bool) -> None:
        self.model = model
        self.strict = strict
        self.required = {_name(n, f) for n, f in model.model_fields.items() if f.is_required()}
        self.fixed = {
            _name(n, f): typing.get_args(f.annotation)[0]
            for n, f in model.model_fields.items()
            if typing.get_origin(f.annotation) is typing.Literal
        }

    @functools.cached_property
    def fields(self) -> dict[str, _Read]:
        return {
            _name(n, f): _reader(f.annotation, strict=self.strict) for n, f in self.model.model_fields.items()
        }

    def suits(self, value: dict[str, object]) -> bool:
        """Whether the object names itself as this one."""
        return self.required <= value.keys() and all(value.get(n) == fixed for n, fixed in self.fixed.items())

    def __call__(self, value: object) -> object:
        if not isinstance(value, dict):
            raise _Wrong("must be an Object")
        result = {}
        for name, item in value.items():
            read = self.fields.get(name)
            if read is None and not self.strict:
                result[name] = item
                continue
            if read is None:
                raise _Wrong(f'has no field "{name}" in {self.model.__name__}')
            try:
                result[name] = read(item)
            except _Wrong as wrong:
                raise _Wrong(f'field "{name}" {wrong}') from None
        if missing := (self.required | self.fixed.keys()) - value.keys():
            raise _Wrong(f'has no required field "{min(missing)}" of {self.model.__name__}')
        return result


def _name(name: str, field: FieldInfo) -> str:
    return field.alias or name


@functools.cache
def _object(model: type[BaseModel], *, strict: bool) -> _Object:
    return _Object(model, strict=strict)


def _any_of(reads: list[_Read]) -> _Read:
    objects = [read for read in reads if isinstance(read, _Object)]
    others = [read for read in reads if not isinstance(read, _Object)]

    def read_any(value: object) -> object:
        if isinstance(value, dict) and objects:
            fitting: list[_Read] = [each for each in objects if each.suits(value)]
            fitting = fitting or [max(objects, key=lambda each: len(each.fields.keys() & value.keys()))]
        else:
            fitting = [*others, *objects]
        wrongs = []
        for read_one in fitting:
            try:
                return read_one(value)
            except _Wrong as wrong:
                wrongs.append(str(wrong))
        raise _Wrong(wrongs[0] if len(wrongs) == 1 else " or ".join(dict.fromkeys(wrongs)))

    return read_any


_PLAIN: dict[object, _Read] = {
    str: _text,
    int: _integer,
    float: _number,
    bool: _boolean,
    datetime: _integer,
    timedelta: _integer,
    InputFile: _file,
}


def _reader(annotation: object, *, strict: bool) -> _Read:
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _reader(arguments[0], strict=strict)
    if origin is list:
        return _list_of(_reader(arguments[0], strict=strict))
    if origin is typing.Literal:
        return _one_of_values(arguments)
    if origin in {typing.Union, types.UnionType}:
        unique = dict.fromkeys(
            _reader(each, strict=strict) for each in arguments if each not in {type(None), Default}
        )
        return next(iter(unique)) if len(unique) == 1 else _any_of(list(unique))
    if annotation is KeyboardButton:
        return _any_of(
            [_text, _object(KeyboardButton, strict=strict)]
        )  # Bot API: a plain button may be a String
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _object(annotation, strict=strict)
    raise TypeError(f"no reader for {annotation}")


def _kinds(annotation: object) -> set[object]:
    """The plain types among the alternatives of an annotation; `list` and `dict` for what comes as JSON."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _kinds(arguments[0])
    if origin in {typing.Union, types.UnionType}:
        return set().union(*map(_kinds, arguments))
    if origin is list:
        return {list}
    if annotation in _PLAIN:
        return {annotation}
    return {dict} if isinstance(annotation, type) and issubclass(annotation, BaseModel) else set()


def _from_form(kinds: set[object]) -> Callable[[str], object]:
    """How a value that came as text (query, form, multipart) becomes JSON."""
    wants_json = bool(kinds & {list, dict})

    def whole(value: str) -> object:
        return int(value) if _INTEGER.fullmatch(value) else value

    def convert(value: str) -> object:
        if wants_json:
            try:
                return json.loads(value)
            except ValueError:
                if str in kinds:
                    return value
                raise _Wrong("can't be parsed as JSON") from None
        if bool in kinds:
            return _BOOLEANS.get(value.lower(), value)
        if kinds & {int, datetime, timedelta}:
            return whole(value)
        try:
            return float(value)
        except ValueError:
            return value

    return (lambda value: value) if kinds <= {str, InputFile} else convert


_BOOLEANS = {
    "true": True,
    "yes": True,
    "1": True,
    "t": True,
    "y": True,
    "false": False,
    "no": False,
    "0": False,
    "": False,
}


@dataclass(frozen=True, slots=True)
class _Parameter:
    read: _Read
    convert: Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the Bot API and how its parameters are read."""

    name: str
    parameters: dict[str, _Parameter]
    required: frozenset[str]
    strict: bool

    def read(self, raw: Mapping[str, object]) -> Json:
        """The parameters as JSON values; raises 400 for a wrong, unknown or missing one.

        Values may be JSON values or texts (as forms carry them). Uploads that no parameter is named after are
        taken as attachments (`attach://name`) and kept under their own name. Unless `strict`, unknown names pass,
        in nested objects too.
        """
        result: Json = {}
        attached: list[str] = []
        for name, value in raw.items():
            parameter = self.parameters.get(name)
            if parameter is None:
                if isinstance(value, Upload):
                    attached.append(name)
                elif self.strict:
                    raise bad(f'unknown parameter "{name}" in method {self.name}')
                result[name] = value
                continue
            try:
                plain = parameter.convert(value) if isinstance(value, str) else value
                result[name] = parameter.read(plain)
            except _Wrong as wrong:
                raise bad(_said(name, str(wrong))) from None
        if self.strict and attached:
            mentioned = json.dumps(
                {n: v for n, v in result.items() if not isinstance(v, Upload)}, default=str
            )
            for name in attached:
                if f'"attach://{name}"' not in mentioned:
                    raise bad(f'unknown file "{name}" in method {self.name}')
        if not self.required <= result.keys():
            raise bad(_missing(min(self.required - result.keys())))
        return result


def _said(name: str, wrong: str) -> str:
    if name == "reply_markup":
        if wrong == "can't be parsed as JSON":
            return "can't parse reply keyboard markup JSON object"
        if wrong.startswith("must be an Object"):
            return "object expected as reply markup"
    if name == "chat_id" and wrong.startswith("must be an Integer"):
        return "chat identifier must be a valid Integer"
    return f'parameter "{name}" {wrong}'


def _missing(name: str) -> str:
    match name:
        case "chat_id":
            return "chat_id is empty"
        case "text":
            return "message text is empty"
        case "message_id":
            return "message identifier is not specified"
        case "message_ids":
            return "message identifiers are not specified"
        case "file_id":
            return "file_id not specified"
        case "photo" | "audio" | "document" | "video" | "animation" | "voice" | "video_note" | "sticker":
            return f"there is no {name.replace('_', ' ')} in the request"
    return f'parameter "{name}" is required'


_NAMES = {
    model.__api_method__.lower(): model
    for model in vars(aiogram.methods).values()
    if isinstance(model, type) and issubclass(model, TelegramMethod) and model is not TelegramMethod
}

METHODS = frozenset(model.__api_method__ for model in _NAMES.values())
"""Every method name of the Bot API the installed aiogram speaks."""

API_VERSION: str = aiogram.__api_version__
"""The Bot API version those models describe."""


@functools.cache
def method(name: str, *, strict: bool = True) -> Method:
    """The method of that name (case does not matter); raises 404 "method not found"."""
    model: type[TelegramMethod[Any]] | None = _NAMES.get(name.lower())
    if model is None:
        raise Refusal(*METHOD_NOT_FOUND)
    parameters = {
        _name(field_name, field): _Parameter(
            _reader(field.annotation, strict=strict), _from_form(_kinds(field.annotation))
        )
        for field_name, field in model.model_fields.items()
    }
    required = frozenset(_name(n, f) for n, f in model.model_fields.items() if f.is_required())
    return Method(model.__api_method__, parameters, required, strict)
