"""The executor over DDS against the mock robot; with moveit_msgs and control_msgs only."""

import pytest

pytest.importorskip('moveit_msgs.action', reason='the actions of moveit_msgs are not installed')
pytest.importorskip('control_msgs.action', reason='control_msgs is not installed')
pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')

from action_msgs.msg import GoalStatus
from fake_planner import FakePlanner
from moveit_msgs.msg import AttachedCollisionObject, CollisionObject
from realvlg_ros.action import Pick, PlanGrasps
from realvlg_ros.msg import GoalEvent, GraspTarget
from ros_graph import Goal, Graph, wait_until

from realvlg_ros.moveit.moveit_arm import MoveItArm
from realvlg_ros.nodes.mock_moveit import MockMoveIt
from realvlg_ros.nodes.moveit_adapter import MoveitAdapter
from realvlg_ros.nodes.pick_executor import PickExecutor

R = Pick.Result
WHOLE = [
    'add', 'open', 'move', 'allow', 'path', 'execute', 'close', 'attach', 'path', 'execute',
    'forbid',
]  # fmt: skip


@pytest.fixture
def cell(ros_context):
    """Planner, executor and robot; `start` takes the parameters of the latter two."""
    graph = Graph()

    class Cell:
        def start(self, executor=None, **mock):
            self.graph = graph
            self.planner = FakePlanner(graph.node)
            self.attached = graph.record(AttachedCollisionObject, '/attached_collision_object')
            self.mock = graph.add(MockMoveIt, motion_time=0.05, **mock)
            same = {k: v for k, v in mock.items() if k in ('gripper_action', 'gripper_units')}
            self.executor = graph.add(
                PickExecutor, verify_timeout=0.5, **{**same, **(executor or {})}
            )
            return self

        def pick(self, **fields):
            goal = Pick.Goal(instruction='pick up the box', timeout=30.0, **fields)
            return Goal(graph, Pick, 'pick', goal)

    cell = Cell()
    yield cell
    cell.planner.destroy()
    graph.close()


def lift_when_retreated(cell):
    """The target follows the hand once it has been lifted."""
    wait_until(lambda: cell.mock.calls.count('execute') == 2, 'the retreat')
    cell.planner.lift(0.1)


@pytest.mark.parametrize(
    ('action', 'units'),
    [
        ('gripper_command', 'joint'),
        ('gripper_command', 'opening'),
        ('parallel_gripper_command', 'joint'),
    ],
)
def test_a_pick(cell, action, units):
    cell.start(gripper_action=action, gripper_units=units)
    goal = cell.pick()
    lift_when_retreated(cell)
    result = goal.result()
    assert (result.status, result.success) == (R.HELD, True), result.message
    assert goal.status == GoalStatus.STATUS_SUCCEEDED
    assert (cell.mock.calls, cell.mock.robot.refused) == (WHOLE, [])
    assert cell.mock.robot.attached == {'object_7'}
    # moveit_adapter, which shows the targets, hears what the service is told.
    (held,) = cell.attached
    assert (held.object.id, held.object.operation) == ('object_7', held.object.ADD)
    assert (result.tries, result.grasp_index, result.recovery_time) == (1, 0, 0.0)
    stages = [f.stage for f in goal.feedback]
    assert stages == sorted(stages) and stages[-1] == Pick.Feedback.VERIFYING


def test_a_dry_run_moves_nothing(cell):
    cell.start()
    result = cell.pick(dry_run=True).result()
    assert (result.status, result.success) == (R.PLANNED, False), result.message
    assert cell.mock.calls == ['add', 'plan', 'allow', 'path', 'path', 'forbid', 'remove']
    assert cell.mock.robot.refused == []


@pytest.mark.parametrize(
    ('fail', 'after'),
    [
        ('planning', 0),
        ('fraction', 0),
        ('fraction', 1),
        ('execution', 0),
        ('execution', 1),
        ('nothing', 0),
        ('scene', 0),
        ('scene', 1),
        ('scene', 2),
    ],
)
def test_a_failure_is_followed_by_the_next_grasp(cell, fail, after):
    cell.start(fail=fail, fail_after=after, fail_times=1)
    goal = cell.pick()
    wait_until(lambda: goal.done or cell.mock.robot.place.name == 'LIFTED', 'the retreat')
    cell.planner.lift(0.1)
    result = goal.result()
    assert (result.status, result.tries, result.flipped) == (R.HELD, 2, True), result.message
    assert cell.mock.robot.refused == []
    assert result.recovery_time > 0


@pytest.mark.parametrize(
    ('fail', 'words'),
    [
        ('planning', 'PLANNING_FAILED (as told)'),
        ('fraction', 'only 40 % of the straight path'),
        ('nothing', 'it closed on nothing'),
        ('gripper_stalls', 'the gripper stopped at 0.0 mm'),
    ],
)
def test_a_robot_that_always_fails(cell, fail, words):
    cell.start(executor={'max_tries': 2}, fail=fail)
    goal = cell.pick()
    result = goal.result()
    assert (result.status, result.tries) == (R.FAILED, 2)
    assert goal.status == GoalStatus.STATUS_ABORTED
    assert words in result.message
    assert cell.mock.robot.refused == []
    assert cell.mock.robot.objects == cell.mock.robot.attached == set()


@pytest.mark.parametrize(
    ('fail', 'after', 'stage', 'last', 'stopped', 'left'),
    [
        ('gripper_hangs', 0, 'OPENING', 'open', '/gripper_controller/gripper_cmd', 'not attached'),
        ('execution_hangs', 0, 'PRE_GRASP', 'move', '/move_action', 'not attached'),
        ('execution_hangs', 1, 'APPROACHING', 'execute', '/execute_trajectory', 'not attached'),
        (
            'gripper_hangs',
            1,
            'CLOSING',
            'close',
            '/gripper_controller/gripper_cmd',
            'not attached',
        ),
        ('execution_hangs', 2, 'RETREATING', 'execute', '/execute_trajectory', 'attached'),
    ],
)
def test_a_cancel_stops_the_robot(cell, fail, after, stage, last, stopped, left):
    cell.start(fail=fail, fail_after=after)
    goal = cell.pick()
    at = getattr(Pick.Feedback, stage)
    wait_until(lambda: goal.feedback and goal.feedback[-1].stage == at, stage)
    wait_until(lambda: cell.mock.calls[-1] == last, 'the motion')
    goal.cancel()
    result = goal.result()
    assert (result.status, goal.status) == (R.CANCELED, GoalStatus.STATUS_CANCELED)
    assert f'canceled by the client; {stopped} stopped; left at {stage}' in result.message
    assert result.message.endswith(f'the object is {left}')
    # Nothing moves after that: only the permission to touch, and what is not held, is withdrawn.
    after_it = cell.mock.calls[cell.mock.calls.index(last, -4) + 1 :]
    assert set(after_it) <= {'stopped', 'forbid', 'remove'}


def test_moveit_adapter_does_not_show_what_is_held(cell):
    cell.start()
    cell.graph.add(MoveitAdapter, **{'scene.period': 0.05, 'scene.refresh': 0.1})
    shown = cell.graph.record(CollisionObject, 'collision_object')
    targets = cell.graph.record_targets()
    goal = cell.pick()
    lift_when_retreated(cell)
    assert goal.result().status == R.HELD
    assert {thing.id for thing in shown} == {'object_7', 'support_7'}
    seen, before = len(targets), len(shown)
    wait_until(lambda: len(targets) > seen + 10, 'half a second of targets')
    assert shown[before:] == []


def test_a_cancel_while_grasps_are_planned(cell):
    cell.start()
    cell.planner.hold()
    goal = cell.pick()
    wait_until(lambda: cell.planner.goals, 'the goal')
    goal.cancel()
    result = goal.result()
    cell.planner.release()
    assert (result.status, goal.status) == (R.CANCELED, GoalStatus.STATUS_CANCELED)
    assert cell.mock.calls == []


def test_a_retreat_that_fails_on_its_way_keeps_hold(cell):
    cell.start(fail='execution', fail_after=2)
    result = cell.pick().result()
    assert result.status == R.FAILED
    assert 'the retreat stopped on its way' in result.message
    assert 'the gripper is closed, the object is attached' in result.message
    assert cell.mock.robot.holds and cell.mock.calls[-2:] == ['execute', 'forbid']


def test_a_deadline_stops_the_robot(cell):
    cell.start(fail='execution_hangs')
    goal = Goal(cell.graph, Pick, 'pick', Pick.Goal(instruction='the box', timeout=3.0))
    result = goal.result()
    assert result.status == R.TIMED_OUT
    assert '/move_action stopped' in result.message


def test_a_deactivation_stops_the_robot(cell):
    cell.start(fail='execution_hangs')
    goal = cell.pick()
    wait_until(lambda: 'move' in cell.mock.calls, 'the motion')
    cell.executor.trigger_deactivate()
    result = goal.result()
    assert result.status == R.CANCELED
    assert '/move_action stopped' in result.message


def test_a_target_lost_before_the_approach_is_not_approached(cell):
    cell.start(executor={'target_timeout': 0.2, 'max_replans': 0})
    cell.planner.state = GraspTarget.LOST
    result = cell.pick().result()
    assert result.status == R.FAILED
    assert 'the target is lost' in result.message
    assert 'execute' not in cell.mock.calls


def test_what_the_tracker_does_not_confirm_is_not_a_success(cell):
    cell.start()
    cell.planner.silent_after_close = cell.mock
    goal = cell.pick()
    result = goal.result()
    assert (result.status, result.success) == (R.NOT_VERIFIED, False)
    assert goal.status == GoalStatus.STATUS_ABORTED
    assert 'no target has come since the retreat' in result.message


def test_a_second_pick_is_refused_and_the_first_goes_on(cell):
    cell.start()
    cell.planner.hold()
    first = cell.pick()
    wait_until(lambda: cell.planner.goals, 'the first goal')
    assert cell.pick().result().status == R.BUSY
    cell.planner.release()
    lift_when_retreated(cell)
    assert first.result().status == R.HELD


def test_an_ambiguous_sentence_moves_nothing(cell):
    cell.start()
    cell.planner.status = PlanGrasps.Result.AMBIGUOUS
    result = cell.pick().result()
    assert (result.status, result.plan_status) == (R.NO_TARGET, PlanGrasps.Result.AMBIGUOUS)
    assert 'the red one or the blue one?' in result.message
    assert cell.mock.calls == []


def test_a_plan_without_grasps_is_none(cell):
    cell.start()
    cell.planner.grasps = 0
    result = cell.pick().result()
    assert (result.status, result.plan_status) == (R.NO_TARGET, PlanGrasps.Result.FAILED)
    assert 'OK without a grasp' in result.message


def test_grasps_in_the_frame_of_a_camera_are_refused(cell):
    cell.start()
    cell.planner.camera_frame = 'base_link'
    result = cell.pick().result()
    assert result.status == R.FAILED
    assert 'set fixed_frame of grasp_node' in result.message


def test_a_planner_that_is_absent_is_named(ros_context):
    graph = Graph()
    graph.add(PickExecutor)
    goal = Goal(graph, Pick, 'pick', Pick.Goal(instruction='the box', timeout=30.0))
    result = goal.result()
    assert (result.status, result.plan_status) == (R.NO_TARGET, PlanGrasps.Result.FAILED)
    assert 'no grasp_server is there: start it' in result.message
    graph.close()


def test_without_a_robot_the_missing_server_is_named(ros_context):
    graph = Graph()
    planner = FakePlanner(graph.node)
    graph.add(PickExecutor)
    goal = Goal(graph, Pick, 'pick', Pick.Goal(instruction='the box', timeout=30.0))
    assert 'no service /apply_planning_scene' in goal.result().message
    planner.destroy()
    graph.close()


def test_an_error_of_the_program_tells_how_the_robot_is_left(cell, monkeypatch):
    cell.start()
    monkeypatch.setattr(MoveItArm, 'close', lambda _: 1 / 0)
    result = cell.pick().result()
    assert (result.status, result.tries) == (R.FAILED, 1)
    assert 'ZeroDivisionError' in result.message
    assert 'left at CLOSING: the gripper is on its way, the object is not' in result.message
    assert cell.mock.calls[-2:] == ['forbid', 'remove']


def test_every_end_of_a_pick_is_told(cell, monkeypatch):
    cell.start(fail='execution_hangs')
    heard = cell.graph.record(GoalEvent, 'goals')
    wait_until(lambda: cell.executor.count_subscribers('goals'), 'reader of goals')

    def ends():
        return [event.status for event in heard if event.event == GoalEvent.ENDED]

    with monkeypatch.context() as patch:
        patch.setattr(PickExecutor, '_pick', lambda *_: 1 / 0)
        broken = cell.pick().result()
        assert broken.status == R.FAILED and 'ZeroDivisionError' in broken.message
    first = cell.pick()
    wait_until(lambda: 'move' in cell.mock.calls, 'the motion')
    assert cell.pick().result().status == R.BUSY
    cell.executor.trigger_deactivate()
    assert first.result().status == R.CANCELED
    wait_until(lambda: len(ends()) == 3, 'three ends')
    assert ends() == ['FAILED', 'BUSY', 'CANCELED']
    (report,) = cell.executor.diagnose()
    assert {report.values[status] for status in ends()} == {1}
    begun = [event.goal_id for event in heard if event.event == GoalEvent.ACCEPTED]
    assert len(set(begun)) == 3
