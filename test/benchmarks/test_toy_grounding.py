"""The kept toy weights through the realvlg backend, on a few unseen pictures."""

import numpy as np
import pytest

from benchmarks.toy.conventions import CONVENTIONS
from benchmarks.toy.scenes import COLORS
from realvlg_ros.grounding.grounding import GroundingStatus, never_aborted
from realvlg_ros.grounding.realvlg.coordinates import Convention


@pytest.fixture(scope='module')
def toy(torch):
    from benchmarks import toy_grounding

    return toy_grounding


@pytest.mark.parametrize('convention', CONVENTIONS)
def test_it_points_at_the_asked_shape_in_every_convention(toy, convention):
    grounder = toy.toy_grounder(convention, threshold=0.0)
    overlaps = []
    for asked in toy.pictures(5, 24):
        words = asked.scene.words(asked.shape)
        found = grounder.ground(toy.frame_of(asked.scene), words, never_aborted)
        overlaps.append(found.box.iou(asked.shape.box))
    # A box in the middle of the picture has about 0.1.
    assert np.mean(overlaps) > 0.6


def test_absent_colours_are_not_found(toy):
    grounder = toy.toy_grounder(Convention.ORIGINAL)
    statuses = []
    for asked in toy.pictures(6, 20):
        words = f'the {asked.scene.absent_colors[0]} circle'
        statuses.append(grounder.ground(toy.frame_of(asked.scene), words, never_aborted).status)
    assert statuses.count(GroundingStatus.NOT_FOUND) >= 16


def test_drawn_scenes_keep_their_promises(toy):
    rng = np.random.default_rng(0)
    for size in toy.IMAGE_SIZES:
        for _ in range(30):
            scene = toy.draw_scene(rng, size)
            for shape in scene.shapes:
                box = shape.box
                assert 0 <= box.x_min < box.x_max <= size[0]
                assert 0 <= box.y_min < box.y_max <= size[1]
                rows, columns = int(shape.y), int(shape.x)
                near = scene.image[rows, columns].astype(int) - np.array(COLORS[shape.color])
                assert np.abs(near).max() < 25
            words = [scene.words(shape) for shape in scene.shapes]
            assert len(set(words)) == len(words)
