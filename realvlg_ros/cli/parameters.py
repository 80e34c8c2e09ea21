"""`realvlg parameters`: the reference of all parameters, generated from their declarations."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any

from ..settings import Settings
from ..settings.reference import sections
from ..training.settings import TrainingSettings
from .source_arguments import import_ros

# Name -> class in the module of that name in nodes/.
NODES = {
    'grounding_node': 'GroundingNode',
    'grasp_node': 'GraspNode',
    'grasp_server': 'GraspServer',
    'moveit_adapter': 'MoveitAdapter',
    'pick_executor': 'PickExecutor',
    'realvlg_recorder': 'Recorder',
    'mock_moveit': 'MockMoveIt',
    'simulated_robot': 'SimulatedRobot',
    'frame_player': 'FramePlayer',
    'bag_player': 'BagPlayer',
    'simulated_camera': 'SimulatedCamera',
}
# Backend -> module in grounding/ and the dataclass of its options.
BACKENDS = {
    'tabletop': ('tabletop.grounder', 'TabletopSettings'),
    'realvlg': ('realvlg.settings', 'RealvlgSettings'),
    'server': ('server', 'ServerSettings'),
    'detector': ('detector', 'DetectorSettings'),
    'sam3': ('sam3.grounder', 'Sam3Settings'),
}
_HEAD = """# Parameters

<!-- Made by `realvlg parameters --out docs/parameters.md`; edit the declarations in the code. -->

Every parameter of every node and every option of every grounding backend, with the range that
is checked at the start and at run time. A value outside it, NaN, an infinity or another type is
refused, and the message says the name, the value, the range and the default.

Lengths are in metres, angles in radians and times in seconds, without a suffix in the name; any
other unit stands in the suffix: `_mm`, `_deg`, `_dps` (degrees per second), `_px`, `_mb`, `_ms`.
Counts and ratios have no suffix.

A parameter that is not taken *at run time* takes effect when the node is configured:
`ros2 lifecycle set /grasp_node deactivate`, then `cleanup`, `ros2 param set`, `configure` and
`activate`; a source of frames is started again with it. `ros2 param describe` shows the same
words. The read-only parameter `version` of a lifecycle node says which release it is of. Former
names are understood for one release, with a warning that names the new one.

## Nodes
"""
_BACKENDS_HEAD = """## Grounding backends

Options of the backend that grounding_node's `backend` names, as `name: value` lines of the YAML
file that `backend_options` names (examples: `config/backends`). They take effect when the node is
configured. The settings of a block are indented under its name.
"""


_TRAINING_HEAD = """## Training

Settings of `realvlg train` as `name: value` lines of its YAML file (examples: `config/train`), or
`--set NAME=VALUE`. The settings of a block are indented under its name.
"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    words = 'print the reference of all parameters in Markdown (needs ROS)'
    parser = subparsers.add_parser('parameters', help=words, description=words)
    parser.add_argument('--out', type=Path, help='write it to this file instead')
    parser.set_defaults(func=_run)


def node_settings() -> dict[str, type[Settings]]:
    """The dataclass of parameters of each node, by name.

    Raises:
        MissingDependencyError: ROS or the interfaces cannot be imported.
    """
    return {
        name: getattr(import_ros(f'realvlg_ros.nodes.{name}'), cls).parameter_type
        for name, cls in NODES.items()
    }


def backend_settings() -> dict[str, type[Settings]]:
    """The dataclass of options of each backend, by name."""
    return {
        name: getattr(import_module(f'realvlg_ros.grounding.{module}'), cls)
        for name, (module, cls) in BACKENDS.items()
    }


def reference() -> str:
    """The whole reference in Markdown."""
    nodes = sections(node_settings().items(), run_time=True)
    backends = sections(backend_settings().items(), run_time=False)
    training = sections([('train', TrainingSettings)], run_time=False)
    return '\n'.join([_HEAD, *nodes, _BACKENDS_HEAD, *backends, _TRAINING_HEAD, *training])


def _run(arguments: argparse.Namespace) -> int:
    if arguments.out is None:
        print(reference(), end='')
    else:
        arguments.out.write_text(reference())
    return 0
