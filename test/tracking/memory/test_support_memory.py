"""The support that was seen stands for one that is not, in the fixed frame and for a time."""

from dataclasses import replace

import pytest
import table_scene

from realvlg_ros.support_plane import find_support_plane, known_support
from realvlg_ros.tracking.memory.support_memory import SupportMemory
from realvlg_ros.transforms import make_transform

SECOND_NS = 10**9


def frame_at(seconds, shift=0.0, fixed_frame='base'):
    pose = make_transform([[1, 0, 0], [0, 1, 0], [0, 0, 1]], (0, 0, shift))
    pose = pose @ table_scene.camera2world()
    frame = table_scene.frame(int(seconds * SECOND_NS))
    return replace(frame, camera2fixed=pose, fixed_frame=fixed_frame)


@pytest.fixture
def memory():
    memory, frame = SupportMemory(), frame_at(10.0)
    memory.see(find_support_plane(frame), frame)
    return memory


def test_the_plane_is_where_the_camera_has_moved_from_it(memory):
    seen = find_support_plane(frame_at(10.0))
    raised = known_support(memory.add_to(frame_at(12.0, shift=0.2), 60.0))
    assert raised.normal == pytest.approx(seen.normal)
    assert raised.offset == pytest.approx(seen.offset + 0.2, abs=0.002)


@pytest.mark.parametrize(
    'frame',
    [
        frame_at(71.0),
        frame_at(9.0),
        frame_at(12.0, fixed_frame='map'),
        replace(frame_at(12.0), camera2fixed=None),
    ],
    ids=['too old', 'before it was seen', 'another fixed frame', 'no fixed frame'],
)
def test_it_is_not_taken(memory, frame):
    assert memory.add_to(frame, 60.0).support is None


def test_what_was_not_seen_in_depth_is_not_remembered(memory):
    known = memory.add_to(frame_at(60.0), 60.0)
    memory.see(known_support(known), known)
    assert memory.add_to(frame_at(75.0), 60.0).support is None
    memory.clear()
    assert memory.add_to(frame_at(12.0), 60.0).support is None
