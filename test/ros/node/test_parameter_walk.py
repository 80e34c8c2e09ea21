"""Every parameter of every node has words, unit and range, and refuses what it must."""

import gc
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import table_scene
from rclpy.parameter import Parameter
from ros_graph import wait_until

from realvlg_ros.camera import Camera
from realvlg_ros.cli.parameters import backend_settings
from realvlg_ros.errors import ParameterError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.frame_folder import write_frame
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.tabletop.grounder import TabletopGrounder
from realvlg_ros.nodes.frame_player import FramePlayer
from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.nodes.moveit_adapter import MoveitAdapter
from realvlg_ros.nodes.realvlg_recorder import Recorder
from realvlg_ros.nodes.simulated_camera import SimulatedCamera
from realvlg_ros.resources import gripper_file
from realvlg_ros.ros.node.lifecycle import ManagedNode
from realvlg_ros.ros.node.parameters import descriptor_of, parameters_of
from realvlg_ros.settings import Setting, settings_of
from realvlg_ros.tracking.lock_step import LockStep
from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.tracker import TargetTracker

NODES = (
    GroundingNode, GraspNode, GraspServer, MoveitAdapter, Recorder, FramePlayer, SimulatedCamera,
)  # fmt: skip
OWNERS = {
    **{node.__name__: parameters_of(node) for node in NODES},
    **{name: settings_of(cls) for name, cls in backend_settings().items()},
}
# What a number must refuse, from its range.
BAD_NUMBERS = {
    'not a number': lambda item: math.nan,
    'infinity': lambda item: math.inf,
    'minus infinity': lambda item: -math.inf,
    'below': lambda item: item.low - 1,
    'above': lambda item: item.high + 1,
    'text': lambda item: 'much',
}


def bad_value(item: Setting, kind: str) -> Any:
    """A value that the setting must refuse; None where it takes every value of the kind."""
    if isinstance(item.default, tuple):
        value = BAD_NUMBERS[kind](item)
        return value if isinstance(value, str) else [*item.default[:-1], float(value)]
    if item.is_number:
        value = BAD_NUMBERS[kind](item)
        is_whole = isinstance(item.default, int) and kind in ('below', 'above')
        return int(value) if is_whole else value if isinstance(value, str) else float(value)
    if kind != 'text':
        return None
    return 5 if isinstance(item.default, str) else 'maybe'


def bad_values(items: tuple[Setting, ...], kind: str) -> Iterator[tuple[Setting, Any]]:
    for item in items:
        value = bad_value(item, kind)
        # A node that does not start itself is the one to be looked at.
        if value is not None and item.name != 'autostart':
            yield item, value


def check_words(item: Setting, value: Any, words: str) -> None:
    """The refusal says the name, the value, the range and the default."""
    assert f'{item.name} is ' in words
    said = words.split(f'{item.name} is ', 1)[1].split('; the default is ')[0]
    if isinstance(value, float | str | list):
        number = value[-1] if isinstance(value, list) else value
        assert (f'{number:g}' if isinstance(number, float) else number) in said, (item.name, said)
    else:
        assert said.startswith(f'{value}; ')
    if item.is_number:
        assert said.endswith(item.range)


@pytest.mark.parametrize('owner', OWNERS)
def test_each_has_words_and_a_valid_default_and_a_number_a_range_and_a_unit(owner):
    items = OWNERS[owner]
    names = [item.name for item in items]
    assert len(set(names)) == len(names) > 3
    for item in items:
        assert len(item.words) > 10 and item.words.endswith('.'), item.name
        assert item.check(item.default) == item.default
        if item.is_number:
            assert item.unit and -math.inf < item.low < item.high < math.inf, item.name


@pytest.mark.parametrize('owner', OWNERS)
def test_the_suffix_of_a_name_is_its_unit(owner):
    suffixes = {
        '_mm': 'mm', '_deg': 'degrees', '_dps': 'degrees/s', '_px': 'px', '_mb': 'MB', '_ms': 'ms'
    }  # fmt: skip
    for item in OWNERS[owner]:
        units = [unit for suffix, unit in suffixes.items() if item.name.endswith(suffix)]
        assert not item.name.endswith(('_s', '_m', '_rad', '_mps', '_hz')), item.name
        if item.unit in suffixes.values() or units:
            assert units == [item.unit], item.name


@pytest.mark.parametrize('node', NODES)
def test_parameter_tools_see_words_unit_and_range(node):
    for item in parameters_of(node):
        seen = descriptor_of(item)
        assert seen.description.startswith(item.words)
        ranges = [*seen.integer_range, *seen.floating_point_range]
        assert len(ranges) == item.is_number
        if item.is_number:
            assert f'Unit: {item.unit}.' in seen.description
            assert (ranges[0].from_value, ranges[0].to_value) == (item.low, item.high)


@pytest.mark.parametrize('kind', BAD_NUMBERS)
@pytest.mark.parametrize('owner', backend_settings())
def test_options_of_backends_are_refused(owner, kind):
    for item, value in bad_values(OWNERS[owner], kind):
        with pytest.raises(ParameterError) as error:
            item.check(value)
        check_words(item, value, str(error.value))


@pytest.mark.parametrize('kind', BAD_NUMBERS)
@pytest.mark.parametrize('node', NODES)
def test_bad_values_are_refused_at_the_start(ros_context, node, kind):
    bad = list(bad_values(parameters_of(node), kind))
    overrides = [Parameter(item.name, value=value) for item, value in bad]
    if not issubclass(node, ManagedNode):
        with pytest.raises(ParameterError) as error:
            node(parameter_overrides=overrides)
    else:
        made = node(parameter_overrides=[*overrides, Parameter('autostart', value=False)])
        with pytest.raises(ParameterError) as error:
            made.current_parameters()
        made.destroy_node()
    for item, value in bad:
        check_words(item, value, str(error.value))


@pytest.mark.parametrize('node', NODES)
def test_bad_values_are_refused_at_run_time(ros_context, node, tmp_path):
    camera = Camera(4, 3, 5.0, 5.0, 2.0, 1.5)
    frame = RgbdFrame(np.zeros((3, 4, 3), np.uint8), np.ones((3, 4), np.float32), camera)
    write_frame(tmp_path, frame)
    given = {
        FramePlayer: {'folder': str(tmp_path)}, SimulatedCamera: {'width': 64, 'height': 48}
    }.get(node, {'autostart': False})  # fmt: skip
    made = node(parameter_overrides=[Parameter(k, value=v) for k, v in given.items()])
    for kind in BAD_NUMBERS:
        for item, value in bad_values(parameters_of(node), kind):
            (result,) = made.set_parameters([Parameter(item.name, value=value)])
            assert not result.successful
            check_words(item, value, result.reason)
            if item.name not in given:
                assert item.check(made.get_parameter(item.name).value) == item.default
    made.destroy_node()


def other_value(item: Setting) -> Any:
    """A valid value that is not the default."""
    if isinstance(item.default, bool):
        return not item.default
    if isinstance(item.default, str):
        return next(choice for choice in item.choices if choice != item.default)
    if isinstance(item.default, tuple):
        return [0.9 * n for n in item.default]
    if isinstance(item.default, int):
        return item.default + 1
    # Near the default, so that values of other parameters do not contradict it.
    value = item.default * 1.1 if item.default else item.low + 0.1 * (item.high - item.low)
    return value if value <= item.high else 0.9 * item.default


def value_of(settings: Any, name: str) -> Any:
    for part in name.split('.'):
        settings = getattr(settings, part)
    return settings


def settings_in_use(root: Any, kind: type[Any]) -> list[Any]:
    """The instances of a dataclass of settings that can be reached from an object."""
    found, seen, waiting = [], set(), [root]
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, type | np.ndarray):
            continue
        seen.add(id(item))
        if isinstance(item, kind):
            found.append(item)
            continue
        waiting += [
            part for part in gc.get_referents(item)
            if type(part).__module__.startswith(('realvlg_ros', 'collections', 'builtins'))
            and not callable(part)
        ]  # fmt: skip
    return found


@pytest.mark.parametrize('node', [GroundingNode, GraspNode, GraspServer])
def test_each_dynamic_parameter_is_current_at_once(ros_context, node):
    made = node(parameter_overrides=[Parameter('autostart', value=False)])
    made.trigger_configure()
    made.trigger_activate()
    try:
        for item in parameters_of(node):
            if not item.dynamic:
                continue
            value = other_value(item)
            (result,) = made.set_parameters([Parameter(item.name, value=value)])
            assert result.successful, result.reason
            assert value_of(made.current_parameters(), item.name) == item.check(value)
            if node is not GraspServer:
                # It reads the current ones with each goal.
                assert value_of(made._settings, item.name) == item.check(value)
        if node is GraspNode:
            assert made._planner.settings is made._settings.planner
            wait_until(lambda: made._tracker.settings is made._settings.tracker, 'the tracker')
    finally:
        made.trigger_shutdown()
        made.destroy_node()


@pytest.mark.parametrize(
    ('node', 'name', 'value'),
    [
        (GraspNode, 'gripper', 'wsg_50'),
        (GraspNode, 'tracker.memory_mb', 32.0),
        (GraspNode, 'output_reliability', 'best_effort'),
        (GroundingNode, 'backend', 'detector'),
    ],
)
def test_what_is_built_at_configure_is_refused_with_the_transitions(
    ros_context, node, name, value
):
    made = node(parameter_overrides=[Parameter('autostart', value=False)])
    made.trigger_configure()
    (result,) = made.set_parameters([Parameter(name, value=value)])
    made.trigger_shutdown()
    made.destroy_node()
    assert not result.successful
    for word in (name, 'deactivate', 'clean it up', 'configure'):
        assert word in result.reason


def test_nothing_that_follows_an_object_keeps_the_settings_of_before():
    tracker = TargetTracker(TrackerSettings(fused_plans=1, first_plans=1))
    stream = LockStep(tracker, GraspPlanner(Gripper.from_yaml(gripper_file('franka_hand'))))
    frame = table_scene.frame()
    stream.update(frame)
    asked = TabletopGrounder().ground(frame, 'pick up the red box')
    assert stream.set_grounding(asked).grasps
    before = settings_in_use(tracker, TrackerSettings)
    assert before and all(item is tracker.settings for item in before)
    calm = {'stable_for': 0.0, 'stable_position_mm': 100.0, 'stable_rotation_deg': 90.0}
    tracker.use_settings(replace(tracker.settings, **calm))
    assert all(item is tracker.settings for item in settings_in_use(tracker, TrackerSettings))
    # Confirmed in three frames, and stable at once.
    for index in range(1, 4):
        (target,) = stream.update(replace(frame, stamp_ns=index * 10**7))
    assert target.stable
