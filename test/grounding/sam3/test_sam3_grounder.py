"""What is said beside the nouns chooses among the instances of a stand-in for SAM 3."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.analytic.cast import cast, stand
from benchmarks.analytic.solids import cylinder, sheet
from realvlg_ros.camera import Camera
from realvlg_ros.errors import GroundingCanceled, GroundingError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.grounding import GroundingStatus, check_instruction, never_aborted
from realvlg_ros.grounding.language.sentences.parser import understand
from realvlg_ros.grounding.sam3.concepts import concepts_of
from realvlg_ros.grounding.sam3.grounder import Sam3Grounder, Sam3Settings
from realvlg_ros.grounding.sam3.model import Found, Instance
from realvlg_ros.image_region import Box


class StandIn:
    """Answers phrases with the masks of things that bear them."""

    loaded = True

    def __init__(self, bearers):
        self.bearers, self.asked = bearers, []

    def find(self, color, phrases, threshold, check):
        check()
        self.asked = list(phrases)
        return [self._found(phrase, color.shape[:2]) for phrase in phrases]

    def _found(self, phrase, shape):
        masks = self.bearers.get(phrase, [])
        made = [Instance(box_of(mask), 0.9 - 0.01 * k, mask) for k, mask in enumerate(masks)]
        weak = Instance(Box(1, 1, 9, 9), 0.02, np.ones(shape, bool))
        return Found(phrase, 0.95 if made else 0.03, tuple(made), (weak,))


def box_of(mask):
    rows, columns = np.nonzero(mask)
    return Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


CAMERA = Camera(320, 240, 300.0, 300.0, 159.5, 119.5)
WOOD, RED, BLUE, GREEN = (150, 118, 92), (200, 30, 30), (30, 60, 200), (40, 160, 60)
# Radius, height, place to the right and away, m, of three mugs in a row and a bowl behind.
THINGS = {
    'left': (0.035, 0.09, -0.2, 0.0, RED),
    'middle': (0.035, 0.09, 0.0, 0.0, BLUE),
    'right': (0.035, 0.09, 0.2, 0.0, RED),
    'bowl': (0.06, 0.05, 0.2, 0.16, GREEN),
}


@pytest.fixture(scope='module')
def seen():
    """The frame, and the mask of each thing by its name."""
    forward = np.array([0.0, 0.6, -0.45]) / 0.75
    right = np.array([1.0, 0.0, 0.0])
    pose = np.eye(4)
    pose[:3, :3] = np.column_stack([right, np.cross(forward, right), forward])
    pose[:3, 3] = (0.0, -0.6, 0.45)
    placed = [stand(cylinder(r, h), x, y) for r, h, x, y, _ in THINGS.values()]
    depth, owner = cast([stand(sheet(), 0, 0), *placed], CAMERA, pose)
    color = np.array([WOOD, *(paint for *_, paint in THINGS.values())], np.uint8)
    depth = depth + 0.0015 * np.random.default_rng(0).standard_normal(depth.shape)
    depth[(depth > 3.0) | (owner < 0)] = 0
    frame = RgbdFrame.from_arrays(color[np.maximum(owner, 0)], depth.astype(np.float32), CAMERA, 1)
    return frame, {name: owner == k + 1 for k, name in enumerate(THINGS)}


@pytest.fixture
def frame(seen):
    return seen[0]


@pytest.fixture
def masks(seen):
    return seen[1]


def ground(frame, masks, instruction, **bearers):
    mugs = [masks[name] for name in ('left', 'middle', 'right')]
    stand_in = StandIn({
        'mug': mugs, 'red mug': [mugs[0], mugs[2]], 'blue mug': [mugs[1]],
        'blue cup': [mugs[1]],
        'bowl': [masks['bowl']], 'green bowl': [masks['bowl']],
        'object': [*mugs, masks['bowl']], **bearers,
    })  # fmt: skip
    grounder = Sam3Grounder(Sam3Settings(checkpoint='x'))
    grounder._model = stand_in
    return grounder.ground(frame, check_instruction(instruction), never_aborted), stand_in


@pytest.mark.parametrize(
    ('instruction', 'meant', 'phrases'),
    [
        ('pick up the blue mug', 'middle', ['blue mug']),
        ('the leftmost mug', 'left', ['mug']),
        ('take the red mug on the right', 'right', ['red mug']),
        ('the second mug from the left', 'middle', ['mug']),
        ('the mug nearest to the bowl', 'right', ['mug', 'bowl']),
        ('the bowl', 'bowl', ['bowl']),
        ('the red mug to the left of the blue mug', 'left', ['mug']),
        ('nimm die blaue Tasse', 'middle', ['blue cup']),
        ('the green object', 'bowl', ['green object']),
    ],
)
def test_relations_and_ordinals_choose_among_the_instances(
    frame, masks, instruction, meant, phrases
):
    found, stand_in = ground(
        frame, masks, instruction, **{'green object': [masks['bowl']]}
    )  # fmt: skip
    assert stand_in.asked == phrases
    assert found.status is GroundingStatus.OK, found.message
    assert (found.backend, found.noun_verified) == ('sam3', True)
    full = found.mask.to_full(*frame.color.shape[:2])
    assert (full == masks[meant]).all()
    assert found.box.iou(box_of(masks[meant])) > 0.95
    assert 'presence 0.95' in found.message


def test_several_that_fit_are_asked_about_with_their_masks(frame, masks):
    found, _ = ground(frame, masks, 'pick up the red mug')
    assert found.status is GroundingStatus.AMBIGUOUS
    assert len(found.candidates) == 2 and 'Which mug' in found.question
    shown = {int(c.box.center[0] > frame.color.shape[1] / 2) for c in found.candidates}
    assert shown == {0, 1}
    for candidate in found.candidates:
        full = candidate.mask.to_full(*frame.color.shape[:2])
        assert any((full == masks[name]).all() for name in ('left', 'right'))


@pytest.mark.parametrize('instruction', ['the stapler', 'the purple mug', 'den Hammer'])
def test_what_is_absent_is_not_found_with_the_presence_as_evidence(frame, masks, instruction):
    found, _ = ground(frame, masks, instruction)
    assert found.status is GroundingStatus.NOT_FOUND
    assert 'presence 0.03, below 0.5' in found.message
    assert found.score == pytest.approx(0.03)
    assert found.candidates[0].description == 'came nearest'


def test_an_instance_of_another_colour_is_contradicted(frame, masks):
    found, _ = ground(frame, masks, 'the green mug', **{'green mug': [masks['middle']]})
    assert found.status is GroundingStatus.NOT_FOUND
    assert 'blue' in found.message


def test_a_landmark_that_is_absent_is_said(frame, masks):
    found, stand_in = ground(frame, masks, 'the mug nearest to the stapler')
    assert stand_in.asked == ['mug', 'stapler']
    assert found.status is GroundingStatus.NOT_FOUND
    assert 'stapler' in found.message


@pytest.mark.parametrize(
    ('instruction', 'status', 'said'),
    [
        ('stop', GroundingStatus.NOT_FOUND, 'asks to stop'),
        ('hello', GroundingStatus.NOT_FOUND, 'greeting'),
        ('not the red mug', GroundingStatus.AMBIGUOUS, 'not to be taken'),
        ('the leftmost blorgy mug', GroundingStatus.AMBIGUOUS, 'not understood: "blorgy"'),
    ],
)
def test_sentences_that_name_nothing_to_take(frame, masks, instruction, status, said):
    found, stand_in = ground(frame, masks, instruction)
    assert found.status is status
    assert said in found.message
    assert bool(stand_in.asked) == (status is GroundingStatus.AMBIGUOUS)


def test_what_has_no_depth_is_refused_with_the_remedy(frame, masks):
    depth = np.where(masks['bowl'], 0, frame.depth).astype(frame.depth.dtype)
    with pytest.raises(GroundingError, match='no depth is seen there'):
        ground(replace(frame, depth=depth), masks, 'the bowl')


def test_a_cancel_and_a_model_that_is_not_loaded(frame, masks):
    grounder = Sam3Grounder(Sam3Settings(checkpoint='x'))
    with pytest.raises(GroundingError, match='not loaded'):
        grounder.ground(frame, 'the mug', never_aborted)
    grounder._model = StandIn({'mug': [masks['left']]})
    with pytest.raises(GroundingCanceled):
        grounder.ground(frame, 'the mug', lambda: True)


@pytest.mark.parametrize(
    ('sentence', 'phrases'),
    [
        ('the red mug next to the blue can', ['red mug', 'blue can']),
        ('the mug beside the red mug', ['mug']),
        ('the mug or the can', ['mug', 'can']),
        ('the thing left of the bowl', ['object', 'bowl']),
    ],
)
def test_phrases_hold_colours_and_names_only(sentence, phrases):
    assert [concept.phrase for concept in concepts_of(understand(sentence))] == phrases
