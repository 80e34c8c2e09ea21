"""Imports point one way: no circle between modules, and no room asks one above it."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / 'realvlg_ros'
# From the bottom up. A row may import itself and the rows below; of several names that a module's
# name begins with, the longest counts.
LAYERS = (
    (
        'errors',
        'arrays',
        'limits',
        'quoting',
        'boundary',
        'files',
        'fields',
        'documents',
        'image_files',
        'mesh_files',
        'settings',
        'resources',
        'torch_device',
        'threads',
        'json_text',
        'message_limits',
        'image_header',
        'optional',
        'model_folder',
        'model_loading',
        'progress_bar',
        'resumable',
    ),
    (
        'transforms',
        'image_region',
        'rectangle',
        'depth_noise',
        'stamp_guard',
        'missing_transform',
    ),
    ('camera', 'transform_buffer'),
    ('frame',),
    ('frame_folder', 'support_plane', 'support_level'),
    ('frame_sequence', 'robot', 'simulation', 'evaluation.triangles', 'evaluation.formats'),
    ('segmentation', 'grounding.grounding', 'evaluation.metrics', 'grounding.serving'),
    ('grounding.language.tree',),
    ('grounding.language.vocabulary',),
    ('grounding.language.phrases',),
    ('grounding.language.sentences',),
    ('grounding.language.weighing',),
    ('grounding.language.answering',),
    ('grounding.language',),
    ('grounding.nouns',),
    ('grounding.realvlg.coordinates', 'grounding.tabletop', 'evaluation.rewards'),
    ('grounding.box_check',),
    ('grounding.opinion',),
    ('grounding.realvlg.prompts', 'grounding.realvlg.model'),
    ('grounding.realvlg.answer',),
    ('grounding.realvlg',),
    ('grounding.realvlg.tools', 'grounding.sam3'),
    ('grounding', 'grounding.serving.settings'),
    ('grasping.vectors', 'grasping.actuation', 'grasping.grasp', 'grasping.settings'),
    ('grasping.gripper',),
    ('evaluation', 'grasping.covariance', 'simulation.physics'),
    ('grasping.observation',),
    ('grasping.collision.holes', 'grasping.collision.visible_width'),
    ('grasping.collision.hidden_parts', 'grasping.collision.fringe'),
    (
        'grasping.completion',
        'grasping.lift',
        'grasping.candidates',
        'grasping.collision.obstacles',
    ),
    ('grasping.context',),
    ('grasping.contact', 'grasping.collision'),
    ('grasping.search', 'grasping.verification'),
    ('grasping',),
    ('tracking.settings', 'tracking.memory'),
    ('tracking.measurement',),
    ('tracking.target',),
    ('tracking',),
    ('training.data',),
    ('training.rewards',),
    ('training',),
    ('answer',),
    ('pipeline', 'drawing', 'open3d_adapter', 'recording', 'doctor'),
    ('annotation',),
    ('rollout',),
    ('ros.conversions',),
    ('ros.node',),
    ('ros.tf',),
    ('ros.camera',),
    ('ros.requests', 'ros.doctor'),
    ('ros',),
    ('moveit',),
    ('replay.bags',),
    ('replay.runs',),
    ('replay.report',),
    ('evaluation.run',),
    ('evaluation.report',),
    ('replay', 'closed_loop'),
    ('nodes',),
    ('cli',),
)


def module_name(path: Path) -> str:
    return '.'.join(path.relative_to(PACKAGE).with_suffix('').parts).removesuffix('__init__')


MODULES = {module_name(path).rstrip('.'): path for path in sorted(PACKAGE.rglob('*.py'))}


def imported(name: str, path: Path) -> Iterator[str]:
    """The modules that a module imports, also those inside functions."""
    parts = name.split('.') if name else []
    package = parts if path.name == '__init__.py' else parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.removeprefix('realvlg_ros.')
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            target = [*base, *filter(None, (node.module or '').split('.'))]
            for alias in node.names:
                full = '.'.join([*target, alias.name]).removeprefix('realvlg_ros.')
                yield full if full in MODULES else '.'.join(target).removeprefix('realvlg_ros.')


GRAPH = {
    name: {other for other in imported(name, path) if other in MODULES and other not in ('', name)}
    for name, path in MODULES.items()
    if name
}


def layer_of(name: str) -> int:
    """The row of LAYERS that a module stands in."""
    best, row = '', -1
    for index, names in enumerate(LAYERS):
        for prefix in names:
            if (name == prefix or name.startswith(prefix + '.')) and len(prefix) > len(best):
                best, row = prefix, index
    return row


def test_every_module_stands_in_a_layer():
    assert [name for name in GRAPH if layer_of(name) < 0] == []


def test_no_module_imports_one_of_a_layer_above():
    upward = [
        f'{name} -> {other}'
        for name, others in GRAPH.items()
        for other in sorted(others)
        if layer_of(other) > layer_of(name)
    ]
    assert upward == []


def test_no_circle():
    assert list(TopologicalSorter(GRAPH).static_order())


def test_the_core_knows_no_ros():
    ros = ('rclpy', 'sensor_msgs', 'geometry_msgs', 'std_msgs', 'rcl_interfaces', 'ros', 'nodes')
    known = [
        f'{name} -> {other}'
        for name, path in MODULES.items()
        if name.partition('.')[0] not in ('ros', 'nodes', 'cli', 'moveit', 'replay')
        for other in imported(name, path)
        if other.partition('.')[0] in ros
    ]
    assert known == []


def test_a_circle_and_an_upward_arrow_would_be_seen():
    assert 'grasping.planner' in GRAPH['pipeline']
    assert layer_of('grasping.planner') > layer_of('grasping.lift.jaw_strip') > layer_of('frame')
    with pytest.raises(CycleError):
        TopologicalSorter({**GRAPH, 'frame': {*GRAPH['frame'], 'pipeline'}}).prepare()
