"""Recordings of the robot and labelled data sets as what is annotated."""

import json

import cv2
import numpy as np
import pytest
from annotated import make_annotator, rendered, write_frames
from fleet import SECOND, write_goal

from realvlg_ros.annotation.annotation import Status
from realvlg_ros.annotation.run import annotate
from realvlg_ros.annotation.sources.frames import FrameImage
from realvlg_ros.annotation.sources.labelled import open_labelled
from realvlg_ros.annotation.sources.opening import open_source
from realvlg_ros.annotation.stages.unify import GivenGrasp
from realvlg_ros.annotation.store import AnnotationStore
from realvlg_ros.cli import main
from realvlg_ros.evaluation.formats.cornell import write_cornell
from realvlg_ros.frame_folder import write_frame
from realvlg_ros.image_region import RegionMask
from realvlg_ros.recording.episode_reader import read_episode
from realvlg_ros.rectangle import GraspRectangle
from realvlg_ros.rollout.assignment import Assignment
from realvlg_ros.rollout.robots import read_fleet
from realvlg_ros.transforms import to_quaternion


def truth(color, seed=1):
    frame = rendered(seed)
    name = next(n for n in frame.object2world if n.startswith(color))
    return frame.mask(name)


def record(folder, second, status, instruction, color=None, grasp=None):
    """A goal with the simulated frame that was answered, in which a thing was taken."""
    path = write_goal(folder, second, status, instruction)
    write_frame(path / 'frames' / '000', rendered().frame)
    file = path / 'episode.json'
    values = json.loads(file.read_text())
    stamp = second * SECOND
    pose = {'role': 'answer', 'stamp_ns': stamp, 't_s': 1.0, 'camera2fixed': None}
    values['frames'] = [{'folder': 'frames/000', **pose}]
    values['intrinsics'] = json.loads((path / 'frames' / '000' / 'camera.json').read_text())
    values['objects'] = []
    if color is not None:
        box = RegionMask.from_full(truth(color)).box.as_tuple()
        values['objects'] = [
            {'source': 'target', 'stamp_ns': stamp, 'label': color, 'score': 0.9, 'model': '',
             'box_xyxy': box, 'mask': None}
        ]  # fmt: skip
    for event in values['events']:
        if event['event'] == 'answer' and grasp is not None:
            event.update(
                frame_id=values['intrinsics']['frame_id'], width_m=0.05, quality=0.8,
                position_m=grasp[:3, 3].tolist(), quaternion_xyzw=to_quaternion(grasp).tolist(),
            )  # fmt: skip
    file.write_text(json.dumps(values))
    return path


@pytest.fixture(scope='module')
def planned():
    """A grasp of the green bottle, as the planner makes it."""
    image = make_annotator().annotate(Memory('one', None))
    return image.annotations[0].grasps[0]


class Memory(FrameImage):
    @property
    def color(self):
        return ''

    def read(self):
        return rendered().frame


def test_recordings_bring_their_sentences_and_the_grasps_that_were_right(tmp_path, planned):
    folder = tmp_path / 'recordings'
    record(folder, 100, 'OK', 'pick up the green object', 'green', planned.tcp2camera)
    record(folder, 200, 'NOT_FOUND', 'the pink object')
    source = open_source(folder)
    store = AnnotationStore(tmp_path / 'set')
    store.begin({})
    annotate(source, make_annotator(), store)
    found = {image.annotations[0].description: image for image in store.images()}
    (good,) = found['pick up the green object'].annotations
    assert good.status is Status.AGREED, good.failures
    assert good.grasps[0].source == 'recording'
    np.testing.assert_allclose(good.grasps[0].tcp2camera, planned.tcp2camera, atol=1e-6)
    assert good.box.iou(RegionMask.from_full(truth('green')).box) > 0.9
    # The contacts are on the mask's outline, along the gripper's opening axis.
    middle = good.grasps[0].contacts.points.mean(axis=0)
    assert np.linalg.norm(middle - planned.contacts.points.mean(axis=0)) < 25
    # Of a failure the sentence is kept, and the box is for the reviewer to draw.
    (failed,) = found['the pink object'].annotations
    assert failed.box is None and failed.status is Status.DOUBTFUL
    assert {f.name for f in failed.failures} >= {'no_box', 'no_mask', 'no_grasp'}
    assert found['the pink object'].origin.startswith('recording ')


def test_a_grasp_beside_the_mask_or_behind_the_camera_is_none(planned):
    unifier = make_annotator().unifier
    camera = rendered().frame.camera
    mask = RegionMask.from_full(truth('purple'))
    assert unifier.from_pose(GivenGrasp(planned.tcp2camera, 0.05), camera, mask) is None
    behind = np.array(planned.tcp2camera)
    behind[2, 3] *= -1
    assert unifier.from_pose(GivenGrasp(behind, 0.05), camera, mask) is None


def test_a_reviewer_tells_the_rollout_of_a_wrong_object(tmp_path, planned):
    robots = tmp_path / 'robots'
    # The robot took the orange mug where the green bottle was asked for, and once was right.
    wrong = record(robots / 'arm-1', 100, 'OK', 'pick up the green object', 'orange')
    right = record(robots / 'arm-1', 300, 'OK', 'pick up the green object', 'green')
    assert read_episode(wrong).success
    store = AnnotationStore(tmp_path / 'set')
    store.begin({})
    annotate(open_source(robots / 'arm-1'), make_annotator(), store)
    for image in store.images():
        (item,) = image.annotations
        box = RegionMask.from_full(truth('green'))
        reviewed = item.__class__(
            0, item.description, item.label, box.box, box, status=Status.ACCEPTED
        )
        store.write(image.with_annotation(reviewed))
    fleet = read_fleet(robots, Assignment(share=0.0), store.folder)
    assert {goal.recording: goal.wrong_object for goal in fleet.old} == {
        wrong.name: True, right.name: False,
    }  # fmt: skip


def test_a_labelled_set_keeps_what_it_says(tmp_path, capsys):
    cornell = tmp_path / 'cornell'
    cornell.mkdir()
    frame = rendered().frame
    cv2.imwrite(str(cornell / 'pcd0100r.png'), frame.color[..., ::-1])
    rectangle = GraspRectangle(560.0, 190.0, 0.1, 60.0, 20.0)
    write_cornell(cornell / 'pcd0100cpos.txt', [rectangle])
    source = open_labelled(cornell)
    (image,) = source.images
    (kept,) = image.proposals(0)
    np.testing.assert_allclose(kept.rectangle.corners(), rectangle.corners(), atol=0.1)
    assert kept.source == 'dataset'
    # Without depth the embedded backend cannot work: the image keeps the reason.
    out = tmp_path / 'set'
    assert main(['annotate', str(cornell), '--labelled', '--out', str(out)]) == 0
    assert '1 images could not be used' in capsys.readouterr().out
    (found,) = AnnotationStore(out).images()
    assert 'has no depth reading' in found.problem


def test_frames_with_the_truth_bring_sentences_boxes_and_masks(tmp_path):
    frames = write_frames(tmp_path / 'frames')
    source = open_labelled(frames)
    store = AnnotationStore(tmp_path / 'set')
    store.begin({})
    annotate(source, make_annotator(), store)
    (image,) = store.images()
    labels = json.loads((frames / 'frame_1' / 'labels.json').read_text())
    boxes = {tuple(each['box_xyxy']) for each in labels['objects'] if each['box_xyxy']}
    assert {item.box.as_tuple() for item in image.annotations} <= boxes
    assert len(image.annotations) >= 3
