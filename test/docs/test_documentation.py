"""README and docs/ say what is there: links, names of parameters and commands, messages, code."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / 'README.md'
PAGES = [README, *sorted((ROOT / 'docs').glob('*.md'))]
LINK = re.compile(r'\[[^\]]*\]\(([^)\s]+)\)')
FENCE = re.compile(r'^```(\w*)\n(.*?)^```$', re.M | re.S)
# What a message holds that is not always the same.
HOLE = '...'


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and mkdocs make them."""
    text = FENCE.sub('', page.read_text())
    titles = re.findall(r'^#+ (.*)$', text, re.M)
    return {re.sub(r'[^\w\- ]', '', title.lower()).strip().replace(' ', '-') for title in titles}


def tables(page: Path) -> Iterator[tuple[str, list[str]]]:
    """The heading of the first column and the names in backticks below it, a table each."""
    for table in re.findall(r'(?:^\|.*\n)+', page.read_text(), re.M):
        cells = [row.split('|')[1].strip() for row in table.splitlines()]
        yield cells[0], [name for cell in cells[2:] for name in re.findall(r'`([^`]+)`', cell)]


def names_under(heading: str) -> list[tuple[str, str]]:
    """(page, name) of every name in the first column of tables with this heading."""
    return [
        (name_of(page), name)
        for page in PAGES
        for first, names in tables(page)
        if first == heading
        for name in names
    ]


@pytest.mark.parametrize('page', PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(FENCE.sub('', page.read_text())):
        if link.startswith(('http://', 'https://')):
            continue
        file, _, anchor = link.partition('#')
        target = (page.parent / file).resolve() if file else page
        if not target.is_file() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_is_in_the_navigation() -> None:
    listed = re.findall(r'(\w+\.md)$', (ROOT / 'mkdocs.yml').read_text(), re.M)
    assert sorted(listed) == sorted(page.name for page in PAGES if page != README)


def test_the_readme_is_short() -> None:
    lines = README.read_text().splitlines()
    assert [line for line in lines if len(line) > 120] == []
    assert len(lines) <= 120


def test_the_readme_shows_the_example_as_it_is() -> None:
    (code,) = (text for kind, text in FENCE.findall(README.read_text()) if kind == 'python')
    assert code == (ROOT / 'examples' / 'plan_grasps.py').read_text()


def test_the_code_on_pages_runs() -> None:
    pieces = [
        text
        for page in PAGES
        if page != README
        for kind, text in FENCE.findall(page.read_text())
        if kind == 'python'
    ]
    assert pieces
    for piece in pieces:
        exec(piece.replace("Path('config", f"Path('{ROOT}/config"), {})


def test_the_robot_shapes_on_the_page_can_be_read(tmp_path: Path) -> None:
    from realvlg_ros.robot.shapes import RobotShapes

    page = ROOT / 'docs' / 'quick_start.md'
    (shapes,) = (text for kind, text in FENCE.findall(page.read_text()) if kind == 'yaml')
    (tmp_path / 'robot.yaml').write_text(shapes)
    assert len(RobotShapes.from_yaml(tmp_path / 'robot.yaml').shapes) == 3


def test_files_and_folders_exist() -> None:
    inside = re.compile(
        r'`((?:realvlg_ros|config|test|urdf|launch|docs|examples|scripts|requirements|msg|srv'
        r'|action)/[\w./-]*)`'
    )
    missing = [
        f'{name_of(page)}: {path}'
        for page in PAGES
        for path in inside.findall(page.read_text())
        if not (ROOT / path).exists()
    ]
    assert missing == []


def test_parameters_exist() -> None:
    pytest.importorskip('rclpy', reason='ROS 2 is not installed')
    pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')
    from realvlg_ros.ros.node.parameters import parameters_of

    known = {
        name
        for module, cls in (
            ('grounding_node', 'GroundingNode'),
            ('grasp_node', 'GraspNode'),
            ('grasp_server', 'GraspServer'),
            ('moveit_adapter', 'MoveitAdapter'),
            ('realvlg_recorder', 'Recorder'),
        )
        for declared in parameters_of(
            getattr(importlib.import_module(f'realvlg_ros.nodes.{module}'), cls)
        )
        for name in (declared.name, *declared.former)
    }
    named = names_under('parameter')
    # Also in running text, where a name has a dot.
    named += [
        (name_of(page), name)
        for page in PAGES
        for name in re.findall(r'`((?:planner|tracker)\.[\w.]+)`', page.read_text())
        if not name.endswith('.py')
    ]
    assert named
    assert [entry for entry in named if entry[1] not in known] == []


def test_launch_arguments_exist() -> None:
    source = '\n'.join(path.read_text() for path in (ROOT / 'launch').glob('*.launch.py'))
    named = names_under('argument')
    assert named
    assert [name for _, name in named if f"'{name}'" not in source] == []


def test_backends_and_grippers_are_all_there() -> None:
    from realvlg_ros.grounding.registry import BACKENDS

    profiles = {path.stem for path in (ROOT / 'config' / 'grippers').glob('*.yaml')}
    assert {name for _, name in names_under('backend')} == set(BACKENDS)
    assert {name for _, name in names_under('gripper')} == profiles


def test_options_of_backends_exist() -> None:
    from realvlg_ros.grounding.detector import DetectorSettings
    from realvlg_ros.grounding.realvlg.settings import RealvlgSettings
    from realvlg_ros.grounding.server import ServerSettings
    from realvlg_ros.grounding.tabletop import TabletopSettings

    known = {
        name
        for settings in (DetectorSettings, RealvlgSettings, ServerSettings, TabletopSettings)
        for name in settings.__dataclass_fields__
    }
    named = names_under('option')
    assert named
    assert [entry for entry in named if entry[1] not in known] == []


def test_commands_exist() -> None:
    targets = re.findall(r'^(\w[\w-]*):', (ROOT / 'Makefile').read_text(), re.M)
    unknown = []
    text = '\n'.join(page.read_text() for page in PAGES)
    for words in re.findall(r'\brealvlg ((?:model )?[a-z]+)\b(?=[ `])', text):
        first, _, second = words.partition(' ')
        known = (ROOT / 'realvlg_ros' / 'cli' / f'{first}.py').is_file()
        if second and known:
            known = (
                f"'{second}'"
                in (
                    ROOT / 'realvlg_ros' / 'grounding' / 'realvlg' / 'tools' / 'commands.py'
                ).read_text()
            )
        unknown += [] if known else [f'realvlg {words}']
    unknown += [f'make {t}' for t in re.findall(r'\bmake (\w+)(?=`|  )', text) if t not in targets]
    for module in re.findall(r'python -m ((?:benchmarks|realvlg_ros)[\w.]+)', text):
        path = ROOT / Path(*module.split('.'))
        if not (path.with_suffix('.py').is_file() or (path / '__main__.py').is_file()):
            unknown.append(module)
    assert unknown == []


def _sentences(folder: Path) -> Iterator[str]:
    """Every text in the code, with a hole for what is put in."""
    for path in sorted(folder.rglob('*.py')):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = (
                    str(part.value) if isinstance(part, ast.Constant) else HOLE
                    for part in node.values
                )
                yield ''.join(parts)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_quoted_messages_are_those_of_the_code() -> None:
    page = ROOT / 'docs' / 'troubleshooting.md'
    quoted = [
        ' '.join(text.split())
        for kind, text in FENCE.findall(page.read_text())
        if kind == 'output'
    ]
    known = [*_sentences(ROOT / 'realvlg_ros'), *_sentences(ROOT / 'launch')]
    assert len(quoted) > 20

    def said(message: str) -> bool:
        pattern = '.*'.join(re.escape(piece) for piece in message.split(HOLE))
        return any(re.search(pattern, sentence, re.S) for sentence in known)

    assert [message for message in quoted if not said(message)] == []
    assert not said('depth is in furlongs')
