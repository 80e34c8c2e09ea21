"""What is no Python is installed with the package: setup.py names it, and CMake takes all."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / 'realvlg_ros'


def named_in_setup():
    """The patterns of package_data."""
    for node in ast.walk(ast.parse((ROOT / 'setup.py').read_text())):
        if isinstance(node, ast.keyword) and node.arg == 'package_data':
            return [item.value for item in node.value.values[0].elts]
    return []


def test_setup_names_every_file_that_is_no_python():
    files = {
        path
        for path in PACKAGE.rglob('*')
        if path.is_file() and path.suffix != '.py' and '__pycache__' not in path.parts
    }
    assert {path.suffix for path in files} >= {'.js', '.css', '.typed'}
    named = {path for pattern in named_in_setup() for path in PACKAGE.glob(pattern)}
    assert files - named == set()


def test_cmake_installs_the_whole_folder():
    text = (ROOT / 'CMakeLists.txt').read_text()
    _, _, rest = text.partition('install(DIRECTORY realvlg_ros/')
    assert rest.partition(')')[0].count('PATTERN') == 2, 'only compiled files are left out'
