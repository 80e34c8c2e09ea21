"""Every public function of three or more parameters says in its Args what each of them is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / 'realvlg_ros'
MODULES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob('*.py'))}


def public(body: list[ast.stmt], prefix: str = '') -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions, methods and constructors whose names have no leading underscore."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith('_'):
            yield from public(node.body, f'{prefix}{node.name}.')
        elif isinstance(node, ast.FunctionDef) and re.match('__init__|[^_]', node.name):
            yield f'{prefix}{node.name}', node


def described(docstring: str) -> set[str]:
    """Names before the colons of the Args section; one line may name several."""
    _, _, section = docstring.partition('\nArgs:\n')
    lines = section.partition('\n\n')[0].splitlines()
    words = [line.partition(':')[0] for line in lines if re.match(r' {4}[\w*, ]+:', line)]
    return {name.strip(' *') for word in words for name in word.split(',')}


def without_words(source: str) -> dict[str, list[str]]:
    """The parameters, by function, that no Args section names."""
    lacking = {}
    for name, node in public(ast.parse(source).body):
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        parameters = [each.arg for each in every if each.arg not in ('self', 'cls')]
        missing = set(parameters) - described(ast.get_docstring(node) or '')
        if len(parameters) >= 3 and missing:
            lacking[name] = sorted(missing)
    return lacking


def test_every_parameter_of_longer_lists_is_described():
    lacking = {
        name: found for name, path in MODULES.items() if (found := without_words(path.read_text()))
    }
    assert len(MODULES) > 80
    assert lacking == {}


ARGS = '"""X.\n\n    Args:\n        a, b: m.\n'


@pytest.mark.parametrize(
    ('source', 'lacking'),
    [
        ('def f(a, b):\n    """Two."""\n', {}),
        ('def f(a, b, c):\n    """One line."""\n', {'f': ['a', 'b', 'c']}),
        (f'def f(a, b, c):\n    {ARGS}        c: s.\n    """\n', {}),
        (f'def f(a, b, *, c):\n    {ARGS}\n    Raises:\n        c: no.\n    """\n', {'f': ['c']}),
        ('class A:\n    def __init__(self, a, b, c): ...\n', {'A.__init__': ['a', 'b', 'c']}),
        ('def _f(a, b, c): ...\nclass _A:\n    def f(self, a, b, c): ...\n', {}),
    ],
)
def test_the_rule_reads_the_args_section_only(source, lacking):
    assert without_words(source) == lacking
