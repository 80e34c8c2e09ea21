"""The judge of `honesty` judges what it says: planted grasps are found out, and good ones pass."""

import numpy as np
import pytest
import trimesh

from benchmarks.honesty.answer import CLEAN, Answer
from benchmarks.honesty.core import Player
from benchmarks.honesty.graph_stories import GRAPH_KINDS, GraphStory
from benchmarks.honesty.judge import Cause, TrueScene, Verdict, judge
from benchmarks.honesty.referee import Referee
from benchmarks.honesty.scenes import CAMERA, is_free, without
from benchmarks.honesty.schedule import SPAN, in_graph, kind_of, round_length
from benchmarks.honesty.stories import tell
from benchmarks.honesty.tally import false_list, kind_table, summarize
from benchmarks.report import Report
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.resources import gripper_file
from realvlg_ros.tracking.target.target import GraspTarget, TargetState
from realvlg_ros.transforms import make_transform

GRIPPER = Gripper.from_yaml(gripper_file('franka_hand'))
STANDOFF = 0.10
# From above, opening along y.
DOWN = np.array([[1.0, 0, 0], [0, -1.0, 0], [0, 0, -1.0]])


def solid(size, middle):
    mesh = trimesh.creation.box(size)
    mesh.apply_translation(middle)
    return mesh


BOX = solid((0.06, 0.04, 0.05), (0, 0, 0.025))


def grasp(x=0.0, y=0.0, z=0.035):
    """A TCP pose over the box: the fingertips 15 mm below its top."""
    return make_transform(DOWN, (x, y, z))


def verdict(pose, others=None, target=BOX, opening=0.056):
    return judge(pose, opening, STANDOFF, GRIPPER, TrueScene(target, others or {}))


def test_a_good_grasp_is_good():
    assert verdict(grasp()) == Verdict(Cause.GOOD)


def test_a_finger_in_a_block_collides():
    # The finger stands from 28 to 42 mm; the block begins in its middle.
    block = solid((0.05, 0.05, 0.08), (0, 0.060, 0.04))
    found = verdict(grasp(), {'block': block})
    assert found.cause is Cause.COLLIDING
    assert 'in block at the grasp' in found.words


def test_a_gripper_inside_a_block_that_encloses_it_collides():
    large = solid((1.0, 1.0, 1.0), (0, 0, 0.5))
    assert verdict(grasp(z=0.4), {'block': large}).cause is Cause.COLLIDING


@pytest.mark.parametrize(('gap', 'cause'), [(0.0005, Cause.GOOD), (-0.0005, Cause.GOOD),
                                            (-0.0015, Cause.COLLIDING)])  # fmt: skip
def test_the_tolerance_is_a_millimetre(gap, cause):
    outer = 0.028 + GRIPPER.finger_thickness
    block = solid((0.05, 0.04, 0.08), (0, outer + gap + 0.02, 0.04))
    assert verdict(grasp(), {'block': block}).cause is cause


def test_depth_in_words_is_what_was_entered():
    outer = 0.028 + GRIPPER.finger_thickness
    block = solid((0.05, 0.04, 0.04), (0, outer - 0.005 + 0.02, 0.02))
    assert 'more than 4 mm in block' in verdict(grasp(), {'block': block}).words


@pytest.mark.parametrize(
    ('height', 'where'),
    [(0.083, 'at the grasp'), (0.160, 'last 5 cm'), (0.235, 'first part')],
)
def test_what_hangs_in_the_way_of_the_palm_collides(height, where):
    # The palm's front is 45 mm above the fingertips, its back 66 mm higher, and 10 cm behind that
    # it begins: a shelf beside the fingers, at these heights, is met on those parts of the way.
    shelf = solid((0.02, 0.02, 0.004), (0, 0.09, height))
    found = verdict(grasp(), {'shelf': shelf})
    assert found.cause is Cause.COLLIDING
    assert where in found.words


def test_fingertips_in_the_table_collide():
    low = solid((0.06, 0.04, 0.03), (0, 0, 0.015))
    found = verdict(grasp(z=-0.004), target=low)
    assert found == Verdict(Cause.COLLIDING, 'finger -y 4.0 mm in the table at the grasp')
    assert verdict(grasp(z=0.0), target=low).cause is Cause.GOOD


def test_a_finger_in_the_target_collides_and_material_between_them_does_not():
    assert verdict(grasp(y=0.012)).cause is Cause.COLLIDING
    assert verdict(grasp(y=0.007)).cause is Cause.GOOD


@pytest.mark.parametrize('pose', [grasp(x=0.06), grasp(z=0.056)])
def test_fingers_that_close_beside_or_above_are_in_the_air(pose):
    assert verdict(pose).cause is Cause.AIR


def test_a_target_that_is_gone_is_in_the_air():
    assert verdict(grasp(), target=None).cause is Cause.AIR


def test_another_object_that_is_met_before_the_target_is_in_the_air():
    thin = solid((0.05, 0.004, 0.05), (0, 0.024, 0.025))
    found = verdict(grasp(), {'card': thin})
    assert found.cause is Cause.AIR
    assert 'meets card' in found.words


def test_contacts_outside_the_friction_cone_slip_and_are_no_lie():
    turned = trimesh.creation.box((0.03, 0.03, 0.05))
    turned.apply_transform(trimesh.transformations.rotation_matrix(0.75, (0, 0, 1)))
    turned.apply_translation((0.0, 0.0, 0.025))
    found = verdict(grasp(x=0.012), target=turned)
    assert found.cause is Cause.SLIPS
    assert found.cause.honest


def test_a_story_is_played_and_a_lie_about_it_is_found_out():
    told = Player(tell(CLEAN, 1), 1, GRIPPER).play()
    assert [answer.number for answer in told.answers] == [1, 2] and told.sights
    assert not any(answer.is_false_ok for answer in told.answers)
    sight, story = told.sights[0], tell(CLEAN, 1)
    referee, world = Referee(story.scene, GRIPPER, 1), story.scene.world
    for shift, cause in ((0.0, sight.answer.verdict.cause), (-0.25, Cause.AIR)):
        moved = sight.grasp.transformed(make_transform(np.eye(3), (0, 0, 0)))
        moved.tcp2frame[:3, 3] += shift * sight.grasp.approach
        target = GraspTarget(TargetState.CONFIRMED, 0, CAMERA.frame_id, grasps=(moved,))
        assert referee.verdicts(target, world)[0].cause is cause
    elsewhere = GraspTarget(TargetState.CONFIRMED, 0, 'odom', grasps=(sight.grasp,))
    assert referee.verdicts(elsewhere, world)[0].cause is Cause.FRAME
    gone = without(world, story.scene.target)
    there = GraspTarget(TargetState.CONFIRMED, 0, CAMERA.frame_id, grasps=(sight.grasp,))
    assert referee.verdicts(there, gone)[0].cause is Cause.AIR


@pytest.mark.parametrize('kind', [CLEAN, 'pushed against', 'vanishes while asked'])
def test_equal_seeds_tell_equal_stories_in_which_the_target_is_seen(kind):
    first, again = tell(kind, 5), tell(kind, 5)
    assert [o.name for o in first.scene.world.objects] == [
        o.name for o in again.scene.world.objects
    ]
    assert np.array_equal(first.scene.camera2world, again.scene.camera2world)
    assert first.asks == again.asks
    assert first.asks[-1].faulty is (kind != CLEAN)
    for moment in first.moments:
        names = [o.name for o in moment.world.objects]
        assert first.scene.target in names or 'vanishes' in kind
        assert all(is_free(moment.world, name, 0.001) for name in names)


def answers():
    bad = Verdict(Cause.COLLIDING, 'finger +y more than 4 mm in block at the grasp')
    return [
        Answer(1, CLEAN, 1, 'OK', '', Verdict(Cause.GOOD), embedded='OK'),
        Answer(1, CLEAN, 2, 'NO_GRASP', 'no antipodal pair', graspable=True, embedded='AMBIGUOUS'),
        Answer(2, CLEAN, 1, 'NO_GRASP', 'too wide', graspable=False),
        Answer(3, 'appears beside', 2, 'OK', 'fine', bad, worst=bad),
        Answer(4, 'ROS: dead camera', 2, 'SILENT', 'none of the words'),
    ]


def test_the_summary_counts_what_was_false():
    report = Report('honesty')
    summarize(answers(), [], report)
    figures = report.to_dict()['figures']
    assert figures['ok_and_colliding'] == 1
    assert figures['ok_and_in_the_air'] == 0
    assert figures['silent'] == 1
    assert figures['clean_goals'] == 2
    assert figures['false_refusals'] == 0.5
    assert figures['embedded_grounder_refused'] == 1
    words = false_list(answers())
    assert '3 goal 2 (appears beside): OK, colliding: finger +y more than 4 mm' in words
    assert '1 goal 2 (clean): NO_GRASP' in words
    assert 'too wide' not in words
    assert 'appears beside' in kind_table(answers())


def test_a_round_has_three_hundred_stories_and_each_prefix_is_mixed():
    kinds = [kind_of(SPAN * 7 + number) for number in range(round_length())]
    assert len(kinds) == 300
    assert kinds.count(CLEAN) >= 100
    assert sum(map(in_graph, kinds)) == 60
    assert len(set(kinds[:30])) >= 15
    assert 8 <= kinds[:30].count(CLEAN) <= 12


def graph_story(kind, seed=0):
    told = GRAPH_KINDS[kind][1]
    return told(GraphStory(kind, tell(CLEAN, 1).scene, np.eye(4)), np.random.default_rng(seed))


def test_stamps_of_the_graph_are_as_wrong_as_their_kind_says():
    one = graph_story('ROS: one zero stamp')
    stamps = np.array([one.restamp(1000 + i, i) for i in range(5)])
    assert (stamps == 0).sum() == 1
    assert not np.any(graph_story('ROS: all stamps zero').restamp(1000, 0))
    (back,) = set(graph_story('ROS: bag loops').restamp(10**12, 0))
    assert 1e9 <= 10**12 - back <= 60e9
    assert graph_story('ROS: clean').restamp(7, 0) == (7, 7, 7)


def test_a_dead_camera_misses_that_the_target_was_taken_away():
    story = graph_story('ROS: dead camera')
    assert np.isinf(story.pause_s)
    assert story.scene.target not in [o.name for o in story.world.objects]


def test_a_cause_counts_as_named_in_its_time_only():
    nodes = pytest.importorskip('benchmarks.honesty.nodes')
    heard = nodes.Heard(words=[(1.0, 'Stamps are ZERO'), (9.0, 'the depth_scale is off')])
    assert heard.named(('stamp',), 0.5, 3.0)
    assert not heard.named(('stamp',), 1.5, 3.0)
    assert not heard.named(('depth_scale', 'unit'), 0.5, 3.0)
