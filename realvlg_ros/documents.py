"""YAML, JSON and XML documents: size, nesting and aliases are checked while they are read.

YAML and JSON give nothing but mappings with texts as keys, lists, texts, numbers,
dates, booleans and None.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from .boundary import Boundary
from .files import read_text
from .limits import (
    MAX_DOCUMENT_BYTES,
    MAX_DOCUMENT_DEPTH,
    MAX_DOCUMENT_VALUES,
    MAX_LISTING_BYTES,
    MAX_LISTING_VALUES,
    MAX_NUMBER_BITS,
    MAX_NUMBER_CHARACTERS,
    MAX_XML_DEPTH,
    MAX_XML_ELEMENTS,
    REASON_CHARACTERS,
)
from .quoting import cut, quoted


@dataclass(frozen=True)
class Size:
    """What a document may have at most.

    Attributes:
        bytes: of the file.
        values: mappings, lists and what stands in them; an alias counts as what it stands for.
        depth: levels of nesting.
    """

    bytes: int = MAX_DOCUMENT_BYTES
    values: int = MAX_DOCUMENT_VALUES
    depth: int = MAX_DOCUMENT_DEPTH


_UNREAD = 'is not JSON that is read'
DOCUMENT = Size()
LISTING = Size(MAX_LISTING_BYTES, MAX_LISTING_VALUES)


def read_yaml(path: Path, boundary: Boundary, size: Size = DOCUMENT) -> Any:
    """The content of a YAML file.

    Args:
        path: of the file.
        boundary: of the file.
        size: what it may have.

    Raises:
        RealvlgError: of the boundary, with the line: it cannot be read, is no YAML, or is larger.
    """
    return parse_yaml(read_text(path, boundary, size.bytes), boundary, size)


def read_json(path: Path, boundary: Boundary, size: Size = DOCUMENT) -> Any:
    """The content of a JSON file; see read_yaml.

    Args:
        path: of the file.
        boundary: of the file.
        size: what it may have.

    Raises:
        RealvlgError: of the boundary, with the line: it cannot be read, is no JSON, or is larger.
    """
    return parse_json(read_text(path, boundary, size.bytes), boundary, size)


def read_mapping(path: Path, boundary: Boundary) -> dict[str, Any]:
    """The mapping of a YAML file, or of a JSON file by its suffix.

    Raises:
        RealvlgError: of the boundary, with the line: it cannot be read or holds something else.
    """
    read = read_json if path.suffix == '.json' else read_yaml
    return as_mapping(read(path, boundary), boundary)


def as_mapping(values: Any, boundary: Boundary) -> dict[str, Any]:
    """The values if they are a mapping.

    Raises:
        RealvlgError: of the boundary: they are something else.
    """
    if not isinstance(values, dict):
        raise boundary.refusal(f'holds {quoted(values)}; expected keys with values')
    return values


def parse_yaml(text: str, boundary: Boundary, size: Size = DOCUMENT) -> Any:
    """The content of a YAML text.

    Args:
        text: one document.
        boundary: of where it comes from.
        size: what it may have; its bytes are not counted again.

    Raises:
        RealvlgError: of the boundary, with the line.
    """
    try:
        loader = _Loader(text, size)
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f'line {mark.line + 1}: ' if mark is not None else ''
        said = cut(error.problem or 'damaged', REASON_CHARACTERS)
        raise boundary.failure('is not YAML', f'{where}{said}') from error
    except Exception as error:
        with boundary.guard('is not YAML'):
            raise error


def lines_of_items(text: str) -> list[int]:
    """The line of each item of a YAML list that parse_yaml has read."""
    root = _Loader(text, DOCUMENT).get_single_node()
    return [node.start_mark.line + 1 for node in root.value]


def parse_json(text: str | bytes, boundary: Boundary, size: Size = DOCUMENT) -> Any:
    """The content of a JSON text.

    Args:
        text: one value.
        boundary: of where it comes from.
        size: what it may have; its bytes are not counted again.

    Raises:
        RealvlgError: of the boundary, with the line.
    """
    try:
        value = json.loads(text, parse_int=_whole_number)
    except json.JSONDecodeError as error:
        raise boundary.failure('is not JSON', f'line {error.lineno}: {cut(error.msg)}') from error
    except RecursionError as error:
        raise boundary.failure(_UNREAD, f'nested more than {size.depth} deep') from error
    except Exception as error:
        with boundary.guard('is not JSON'):
            raise error
    if problem := _too_large(value, size):
        raise boundary.failure(_UNREAD, problem)
    return value


def parse_xml(text: str, boundary: Boundary) -> ElementTree.Element:
    """The root of an XML text without a document type, whose entities could grow without bound.

    Args:
        text: the document.
        boundary: of where it comes from.

    Raises:
        RealvlgError: of the boundary, with the line.
    """
    builder = _Bounded()
    try:
        parser = ElementTree.XMLParser(target=builder)
        parser.feed(text)
        root: ElementTree.Element = parser.close()
    except ElementTree.ParseError as error:
        raise boundary.failure('is not XML', cut(str(error))) from error
    except Exception as error:
        with boundary.guard('is not XML'):
            raise error
    return root


class _Bounded(ElementTree.TreeBuilder):
    """Builds no more elements, and no deeper ones, than there may be."""

    def __init__(self) -> None:
        super().__init__()
        self._count = self._depth = 0

    def doctype(self, name: str, pubid: str, system: str) -> None:
        raise ValueError('it has a document type, of which none is taken')

    def start(self, tag: Any, attrs: Any) -> Any:
        self._count, self._depth = self._count + 1, self._depth + 1
        if self._count > MAX_XML_ELEMENTS or self._depth > MAX_XML_DEPTH:
            raise ValueError(
                f'it has more than {MAX_XML_ELEMENTS} elements or {MAX_XML_DEPTH} levels'
            )
        return super().start(tag, attrs)

    def end(self, tag: str) -> Any:
        self._depth -= 1
        return super().end(tag)


def _whole_number(text: str) -> int:
    if len(text) > MAX_NUMBER_CHARACTERS or (value := int(text)).bit_length() > MAX_NUMBER_BITS:
        raise ValueError(f'the number {cut(text, 40)} has {len(text)} digits')
    return value


def _too_large(value: Any, size: Size) -> str:
    """What a JSON value has too much of; empty if nothing."""
    level, count = [value], 0
    for _ in range(size.depth):
        level = [item for each in level for item in _items(each)]
        count += len(level)
        if not level:
            return ''
        if count > size.values:
            return f'more than {size.values} values'
    return f'nested more than {size.depth} deep'


def _items(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


_Events: Any = getattr(yaml.cyaml, 'CParser', None) if yaml.__with_libyaml__ else None
# Numbers of YAML 1.2 that PyYAML takes for texts: 1e-3, 1.5e3, -.5. From its core schema, section
# 10.3.2; parameter files of ROS have them too. Whole numbers stay as they are.
_FLOAT = re.compile(r'[-+]?(?:(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+|\.[0-9]+)\Z')
# Types of YAML that no document needs: bytes, sets and lists of pairs.
_UNUSED = ('binary', 'set', 'omap', 'pairs')
_NUMBERS = ('tag:yaml.org,2002:int', 'tag:yaml.org,2002:float', 'tag:yaml.org,2002:timestamp')


class _PurePython(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):  # type: ignore[misc]
    """What libyaml does, where PyYAML was built without it."""

    def __init__(self, text: str) -> None:
        yaml.reader.Reader.__init__(self, text)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)


class _Loader(Composer, SafeConstructor, Resolver, _Events or _PurePython):  # type: ignore[misc]
    """PyYAML's safe loader, which counts what it composes and knows texts alone as keys."""

    def __init__(self, text: str, size: Size) -> None:
        (_Events or _PurePython).__init__(self, text)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)
        self._size, self._depth, self._count = size, 0, 0
        self._weights: dict[int, int] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        is_alias = isinstance(event, yaml.AliasEvent)
        before = self._count
        self._depth += 1
        if self._depth > self._size.depth:
            raise self._refused(event, f'nested more than {self._size.depth} deep')
        node = super().compose_node(parent, index)
        self._depth -= 1
        if is_alias and id(node) not in self._weights:
            raise self._refused(event, f'the alias *{cut(event.anchor, 20)} holds itself')
        self._count += self._weights[id(node)] if is_alias else 1
        if self._count > self._size.values:
            raise self._refused(
                event, f'more than {self._size.values} values, with what aliases stand for'
            )
        self._weights.setdefault(id(node), self._count - before)
        return node

    def compose_scalar_node(self, anchor: Any) -> Any:
        node = super().compose_scalar_node(anchor)
        if node.tag in _NUMBERS and len(node.value) > MAX_NUMBER_CHARACTERS:
            raise self._refused(node, f'a number of {len(node.value)} characters')
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        mapping = super().construct_mapping(node, deep=deep)
        for key, (key_node, _) in zip(mapping, node.value, strict=False):
            if not isinstance(key, str):
                raise self._refused(
                    key_node, f'the key {quoted(key)} is no text; write it in quotation marks'
                )
        return mapping

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except yaml.YAMLError:
            raise
        except Exception as error:
            # Such as a date of the 99th day, or !!int before a word.
            raise self._refused(node, f'{quoted(node.value)}: {error}') from error

    def construct_yaml_int(self, node: Any) -> int:
        value = int(super().construct_yaml_int(node))
        if value.bit_length() > MAX_NUMBER_BITS:
            raise self._refused(node, f'{quoted(value)}')
        return value

    @staticmethod
    def _refused(place: Any, problem: str) -> yaml.MarkedYAMLError:
        return yaml.MarkedYAMLError(problem=problem, problem_mark=place.start_mark)


_Loader.add_constructor('tag:yaml.org,2002:int', _Loader.construct_yaml_int)
_Loader.add_implicit_resolver('tag:yaml.org,2002:float', _FLOAT, list('-+.0123456789'))
for _name in _UNUSED:
    del _Loader.yaml_constructors[f'tag:yaml.org,2002:{_name}']
