"""The target and its support as collision objects, attached objects, and their time to live."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip('realvlg_ros.msg', reason='ROS 2 or the interfaces are not there')
pytest.importorskip('moveit_msgs', reason='moveit_msgs is not installed: no planning scene')

from geometry_msgs.msg import Vector3
from moveit_msgs.msg import AttachedCollisionObject, CollisionObject
from moveit_targets import position, profile, target
from realvlg_ros.msg import GraspTarget
from shape_msgs.msg import SolidPrimitive

from realvlg_ros.errors import GripperError, MessageError
from realvlg_ros.moveit.planning_scene import (
    attachment,
    detachment,
    removal,
    support_object,
    target_object,
)
from realvlg_ros.moveit.scene_mirror import SceneMirror, SceneSettings
from realvlg_ros.ros.conversions.pose import pose_from_msg, pose_to_msg
from realvlg_ros.transforms import from_quaternion

FRANKA = profile('franka_hand')
H = np.sqrt(0.5)


def test_the_object_is_its_box():
    message = target(FRANKA)
    added = target_object(message)
    assert (added.id, added.operation) == ('object_7', CollisionObject.ADD)
    assert (added.header, added.pose) == (message.header, message.object_pose)
    (box,) = added.primitives
    assert (box.type, list(box.dimensions)) == (SolidPrimitive.BOX, [0.1, 0.04, 0.06])
    assert len(added.primitive_poses) == 1


# Upright its lower face is at z = 0; 2 mm below begins a slab of 30 mm. On a wall whose normal is
# -y, which is the box's z axis then, the slab is in the wall: 30 + 2 + 15 mm from the centre.
@pytest.mark.parametrize(
    ('quaternion', 'center'),
    [((0, 0, 0, 1), (0.4, 0.1, -0.017)), ((H, 0, 0, H), (0.4, 0.147, 0.03))],
)
def test_the_support_is_a_slab_below_the_object(quaternion, center):
    pose = pose_to_msg(from_quaternion([0.4, 0.1, 0.03], quaternion))
    message = target(FRANKA, object_pose=pose)
    slab = support_object(message)
    assert (slab.id, slab.header) == ('support_7', message.header)
    assert position(slab.pose) == pytest.approx(center)
    turned = pose_from_msg(slab.pose)[:3, :3]
    assert turned == pytest.approx(pose_from_msg(pose)[:3, :3], abs=1e-12)
    assert list(slab.primitives[0].dimensions) == pytest.approx([0.6, 0.54, 0.03])


def test_attach_and_detach():
    message = target(FRANKA, 'panda_link8')
    held = attachment(message, FRANKA)
    assert held.link_name == 'panda_link8'
    assert held.object == target_object(message)
    assert held.touch_links == ['panda_hand', 'panda_leftfinger', 'panda_rightfinger']
    assert list(held.detach_posture.points[0].positions) == [0.04, 0.04]
    freed = detachment(message)
    assert (freed.link_name, freed.object.id) == ('panda_link8', 'object_7')
    assert freed.object.operation == CollisionObject.REMOVE


REFUSED = [
    (target_object, {'object_size': Vector3()}, MessageError, 'size of .red box. is not known'),
    (support_object, {'object_size': Vector3()}, MessageError, 'size of .red box. is not known'),
    (support_object, {'object_on_support': False}, MessageError, 'not known to stand on'),
    (target_object, {'track_id': 0}, MessageError, 'without a track'),
    (detachment, {'track_id': 0}, MessageError, 'without a track'),
]


@pytest.mark.parametrize(('make', 'fields', 'error', 'words'), REFUSED)
def test_what_is_not_known_has_no_place_in_the_scene(make, fields, error, words):
    with pytest.raises(error, match=words):
        make(target(FRANKA, **fields))


def test_touch_links_must_be_known():
    with pytest.raises(GripperError, match='has no key actuation'):
        attachment(target(FRANKA), replace(FRANKA, actuation=None))


class Scene:
    """A mirror with a clock that the test moves, and the scene that it makes."""

    def __init__(self) -> None:
        self.now = 100.0
        self.sent: list[tuple[str, bytes]] = []
        settings = SceneSettings(period=0.2, refresh=2.0, time_to_live=3.0)
        self.mirror = SceneMirror(self._take, settings, lambda: self.now)

    def _take(self, message: CollisionObject) -> None:
        self.sent.append((message.id, message.operation))

    def after(self, seconds: float, **fields: object) -> list[tuple[str, bytes]]:
        """What is published for a target that comes so many seconds later."""
        self.now += seconds
        self.sent.clear()
        self.mirror.take(target(FRANKA, **fields))
        return self.sent.copy()

    def idle(self, seconds: float) -> list[tuple[str, bytes]]:
        """What is published when none has come for so many seconds more."""
        self.now += seconds
        self.sent.clear()
        self.mirror.expire()
        return self.sent.copy()


ADD, REMOVE = CollisionObject.ADD, CollisionObject.REMOVE
BOTH = [('object_7', ADD), ('support_7', ADD)]
NEITHER = [('object_7', REMOVE), ('support_7', REMOVE)]


def moved(by: float):
    return pose_to_msg(from_quaternion([0.4 + by, 0.1, 0.03], [0.0, 0.0, 0.0, 1.0]))


def test_the_scene_follows_changes_at_its_own_rate():
    scene = Scene()
    assert scene.after(0.0) == BOTH
    assert scene.after(0.05, object_pose=moved(0.01)) == []
    assert scene.after(0.2, object_pose=moved(0.001)) == []
    assert scene.after(0.2, object_pose=moved(0.01)) == BOTH
    assert scene.after(0.5, object_pose=moved(0.01)) == []
    assert scene.after(1.5, object_pose=moved(0.01)) == BOTH
    assert scene.after(0.2, object_size=Vector3(x=0.2, y=0.04, z=0.06)) == BOTH
    assert scene.after(0.1, object_on_support=False) == [('support_7', REMOVE)]


def test_a_thing_is_removed_when_it_is_lost_or_was_not_seen_for_long():
    scene = Scene()
    scene.after(0.0)
    assert scene.after(0.1, state=GraspTarget.LOST) == NEITHER
    assert scene.after(0.1) == BOTH
    assert scene.idle(2.9) == []
    # A target whose box is not known does not show that it is still there.
    assert scene.after(0.0, object_size=Vector3()) == []
    assert 'is not known' in scene.mirror.missing()[0]
    assert scene.idle(0.2) == NEITHER
    assert len(scene.mirror) == 0 and scene.idle(10.0) == []
    # A track that ended without a word is not followed any more.
    assert scene.mirror.missing() == []
    scene.after(0.0)
    scene.sent.clear()
    scene.mirror.clear()
    assert scene.sent == NEITHER


@pytest.mark.parametrize('named', [True, False])
def test_what_is_attached_is_left_alone_until_it_is_detached(named):
    scene = Scene()
    scene.after(0.0)
    scene.mirror.take_attached(attachment(target(FRANKA), FRANKA))
    assert scene.after(1.0, object_pose=moved(0.3)) == []
    assert scene.after(1.0, state=GraspTarget.LOST) == []
    assert scene.idle(60.0) == []
    other = AttachedCollisionObject(link_name='other_hand', object=removal(''))
    scene.mirror.take_attached(other)
    assert scene.after(1.0) == []
    freed = detachment(target(FRANKA))
    freed.object.id = freed.object.id if named else ''
    scene.mirror.take_attached(freed)
    assert scene.idle(2.9) == []
    assert scene.after(0.0, object_pose=moved(0.3)) == BOTH


@pytest.mark.parametrize('size', [(float('nan'), 0.1, 0.1), (-0.1, 0.1, 0.1), (1e30, 0.1, 0.1)])
def test_a_size_that_is_none_is_no_obstacle(size):
    message = target(FRANKA)
    message.object_size = Vector3(x=size[0], y=size[1], z=size[2])
    with pytest.raises(MessageError, match='object_size'):
        target_object(message)
