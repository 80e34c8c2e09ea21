"""Every number at the top of a module says where it comes from."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / 'realvlg_ros'
MODULES = {p.relative_to(PACKAGE).as_posix(): p for p in sorted(PACKAGE.rglob('*.py'))}
# A sentence of the comment begins with one of these. For example: "Readings of a wall, m.
# Measured by benchmarks.lift: NEES 0.9.", "From Nguyen (1988).", "Chosen: twice the noise."
SOURCE = re.compile(r'(?:^|[.:;!?)] +)(?:Measured by |From |Chosen\b)')


def constants(tree: ast.Module) -> dict[int, str]:
    """Names of the module's constants with a number in them, by their lines."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        names = [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)]
        numbers = [
            n
            for n in ast.walk(value)
            if isinstance(n, ast.Constant) and type(n.value) in (int, float)
        ]
        if numbers and all(name.isupper() for name in names):
            found.update(dict.fromkeys(range(node.lineno, node.end_lineno + 1), ', '.join(names)))
    return found


def without_source(source: str) -> list[str]:
    """Constants whose comment, above them or their group or on their line, names no source."""
    lines, lacking = source.splitlines(), []
    named = constants(ast.parse(source))
    for number, name in named.items():
        if named.get(number - 1) == name:
            continue
        above = number - 1
        while above in named:
            above -= 1
        first = above
        while first > 0 and lines[first - 1].startswith('#'):
            first -= 1
        words = ' '.join(line.lstrip('# ').rstrip() for line in lines[first:above])
        beside = lines[number - 1].partition('  # ')[2]
        if not (SOURCE.search(words) or SOURCE.search(beside)):
            lacking.append(name)
    return lacking


def test_every_constant_says_where_it_comes_from():
    lacking = {
        name: names
        for name, path in MODULES.items()
        if (names := without_source(path.read_text()))
    }
    assert len(MODULES) > 100
    assert lacking == {}


@pytest.mark.parametrize(
    ('source', 'lacking'),
    [
        ('# Gap, m. Chosen: one reading.\n_A = 1\n_B = 2\n', []),
        ('# Gap, m. From Nguyen (1988),\n# table 1.\n_A = 1\n# Away from it.\n_B = 2\n', ['_B']),
        ('# Gap, m. Measured by benchmarks.lift.\n\n_A = 1\n', ['_A']),
        ('_A = 1  # Gap, m. Chosen: as wide as a finger.\n_B, _C = 2, 3\n', ['_B, _C']),
        ("_NAMES = ('a', 'b')\nvalue = 3\n_WEIGHTS = {\n    'a': 1.0,\n}\n", ['_WEIGHTS']),
    ],
)
def test_the_rule_tells_a_source_from_a_word(source, lacking):
    assert without_source(source) == lacking
