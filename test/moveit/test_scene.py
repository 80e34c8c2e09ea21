"""The object of a pick in the planning scene, against the mock's rules of it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

pytest.importorskip('moveit_msgs.action', reason='the services of moveit_msgs are not installed')
pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')

from moveit_targets import position
from pick_fakes import plan

from realvlg_ros.errors import PickError
from realvlg_ros.moveit.halt import Halt
from realvlg_ros.moveit.messages import service_type
from realvlg_ros.moveit.mock.robot import MockRobot, Place
from realvlg_ros.moveit.mock.scene import MockScene
from realvlg_ros.moveit.scene import SceneObject


class Services:
    """What SceneServices offers, without DDS: it applies each scene to a mock at once."""

    def __init__(self):
        self.robot = MockRobot(['base'], (-1, -1, -1, 1, 1, 1), 0.08, 0.045)
        self.scene, self.said, self.log = MockScene(self.robot), [], []
        self.refuses = False
        self.get_type = service_type('moveit_msgs', 'GetPlanningScene')
        self.apply_type = service_type('moveit_msgs', 'ApplyPlanningScene')
        self.get = SimpleNamespace(call=self._get)
        self.apply = SimpleNamespace(call=self._apply)
        self.warn = self.log.append

    def announce(self, held):
        # The mirror is told before MoveIt attaches, and after it detaches.
        attached = bool(self.robot.attached)
        self.said.append((held.object.id, held.object.operation, held.link_name, attached))

    def names(self):
        return list(self._get(self.get_request(), None).scene.allowed_collision_matrix.entry_names)

    def get_request(self):
        request = self.get_type.Request()
        request.components.components = request.components.ALLOWED_COLLISION_MATRIX
        return request

    def _get(self, request, halt):
        return self.scene.read(request, self.get_type.Response())

    def _apply(self, request, halt):
        if not self.refuses:
            self.scene.apply(request.scene)
            self.held = request.scene.robot_state.attached_collision_objects
        return SimpleNamespace(success=not self.refuses)


@pytest.fixture
def scene():
    services = Services()
    thing = SceneObject(services, ['finger', 'mock_link_1'], ['table'], Halt(60.0))
    return SimpleNamespace(services=services, robot=services.robot, thing=thing)


def shown(track, known=True):
    return replace(plan(), track_id=track, **({} if known else {'box': None}))


def test_an_object_of_another_track_takes_the_place_of_the_old_one(scene):
    scene.thing.show(shown(7))
    scene.thing.show(shown(8))
    assert scene.robot.objects == {'object_8'}
    # What cannot be shown any more is not attached.
    scene.thing.show(shown(8, known=False))
    assert (scene.robot.objects, scene.thing.attach()) == (set(), False)
    scene.thing.clear()
    assert (scene.robot.refused, scene.services.log) == ([], [])


def test_the_matrix_is_left_as_it_was(scene):
    before = scene.services.names()
    scene.thing.show(shown(7))
    scene.thing.allow_touch()
    added = {'object_7', 'finger', 'table', 'support_7'}
    assert set(scene.services.names()) - set(before) == added
    scene.thing.show(shown(8))
    assert scene.services.names() == before
    scene.thing.allow_touch()
    scene.thing.clear()
    assert scene.services.names() == before


def grasped(scene):
    scene.thing.show(shown(7))
    scene.robot.place, scene.robot._commanded = Place.GRASP, True


def test_what_is_attached_is_told_first_and_what_is_detached_last(scene):
    grasped(scene)
    assert scene.thing.attach()
    (held,) = scene.services.held
    add, remove = held.object.ADD, held.object.REMOVE
    # Where MoveIt has heard of it before, it needs the box itself.
    assert list(held.object.primitives[0].dimensions) == [0.1] * 3
    assert position(held.object.pose) == pytest.approx([0.4, 0.0, 0.05])
    scene.thing.detach()
    said = [('object_7', add, 'hand', False), ('object_7', remove, 'hand', False)]
    assert scene.services.said == said


def test_what_moveit_does_not_attach_is_free_again(scene):
    grasped(scene)
    scene.services.refuses = True
    with pytest.raises(PickError, match='refused to attach'):
        scene.thing.attach()
    assert [said[0] for said in scene.services.said] == ['object_7'] * 2
    assert scene.services.said[0][1] != scene.services.said[1][1]
