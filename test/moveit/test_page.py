"""The code on the page about MoveIt, with a pymoveit2 that reaches only what the test allows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip('realvlg_ros.msg', reason='ROS 2 or the interfaces are not there')

from moveit_targets import position, profile, target

PAGE = Path(__file__).parents[2] / 'docs' / 'moveit.md'


class Reach:
    """Takes the calls of pymoveit2's MoveIt2; a motion succeeds down to a height, m."""

    def __init__(self, lowest: float) -> None:
        self.lowest = lowest
        self.moves: list[tuple[float, bool]] = []

    def move_to_pose(self, pose: Any, target_link: str, cartesian: bool) -> None:
        assert (pose.header.frame_id, target_link) == ('base_link', 'panda_link8')
        self.moves.append((round(float(position(pose.pose)[2]), 4), cartesian))

    def wait_until_executed(self) -> bool:
        return self.moves[-1][0] >= self.lowest


# Link 8 is 0.1034 m above the TCP, which is at 0.03 m and at 0.04 m; the standoff is 0.1 m.
@pytest.mark.parametrize(
    ('lowest', 'index', 'moves'),
    [
        (0.13, 0, [(0.2334, False), (0.1334, True)]),
        (0.14, 1, 2 * [(0.2334, False), (0.1334, True)] + [(0.2434, False), (0.1434, True)]),
        (0.3, None, 2 * [(0.2334, False)] + 2 * [(0.2434, False)]),
    ],
)
def test_the_first_grasp_that_is_reached_is_taken(lowest, index, moves):
    (code,) = re.findall(r'^```python\n(.*?)^```$', PAGE.read_text(), re.M | re.S)
    names: dict[str, Any] = {}
    exec(code, names)
    arm = Reach(lowest)
    message = target(profile('franka_hand'), 'panda_link8', count=2)
    assert names['reach'](arm, message) == index
    assert arm.moves == moves
