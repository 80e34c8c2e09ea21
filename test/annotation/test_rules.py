"""Each pair of sentence, box, mask and grasps has a rule, and each way to break it a name."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from annotated import make_annotator, rendered

from realvlg_ros.annotation.annotation import Status
from realvlg_ros.annotation.sources.frames import FrameImage
from realvlg_ros.image_region import Box, RegionMask
from realvlg_ros.rectangle import ContactPair


class InMemory(FrameImage):
    def read(self):
        return rendered().frame


@pytest.fixture(scope='module')
def annotator():
    return make_annotator()


@pytest.fixture(scope='module')
def image(annotator):
    return annotator.annotate(InMemory('one', Path()))


def moved_box(item):
    box = item.box
    return replace(item, box=Box(*(v + 0.3 * box.width for v in box.as_tuple())))


def moved_mask(item):
    shift = item.mask.data.shape[1]
    return replace(item, mask=replace(item.mask, x_offset=item.mask.x_offset - shift))


def speck(item):
    data = np.zeros_like(item.mask.data)
    data[[0, -1], :], data[:, [0, -1]] = True, True
    return replace(item, mask=RegionMask(item.mask.x_offset, item.mask.y_offset, data))


def moved_grasp(item, by):
    grasp = item.grasps[0]
    (x1, y1), (x2, y2) = grasp.contacts.points + by
    contacts = ContactPair(x1, y1, x2, y2)
    return replace(item, grasps=(replace(grasp, contacts=contacts), *item.grasps[1:]))


@pytest.mark.parametrize(
    ('change', 'failure'),
    [
        (lambda i: replace(i, description=''), 'no_description'),
        (lambda i: replace(i, box=None), 'no_box'),
        (lambda i: replace(i, mask=None), 'no_mask'),
        (lambda i: replace(i, grasps=()), 'no_grasp'),
        (lambda i: replace(i, description='the object'), 'sentence_is_ambiguous'),
        (lambda i: replace(i, description='the pink object'), 'sentence_finds_nothing'),
        (lambda i: replace(i, description='the orange object'), 'sentence_finds_another'),
        (lambda i: replace(i, description='the purple object'), 'color_is_not_there'),
        (moved_mask, 'masks_differ'),
        (lambda i: replace(i, description='the orange object'), 'grasp_is_on_another'),
        (moved_box, 'mask_leaves_box'),
        (lambda i: speck(i), 'mask_is_too_small'),
        (lambda i: moved_grasp(i, 90), 'grasp_leaves_box'),
        (lambda i: moved_grasp(i, (60, 0)), 'contact_off_mask'),
        (lambda i: moved_grasp(i, 5000), 'contact_off_mask'),
    ],
)
def test_what_is_wrong_has_a_name(annotator, image, change, failure):
    item = image.annotations[0]
    assert (item.description, item.failures) == ('the green object', ())
    judged = annotator.renewed(rendered().frame, change(item))
    assert failure in {each.name for each in judged.failures}
    assert judged.status is Status.DOUBTFUL
    assert all(each.words and each.rule for each in judged.failures)


def test_what_a_person_decided_stays(annotator, image):
    item = replace(image.annotations[0], status=Status.ACCEPTED, grasps=())
    judged = annotator.renewed(rendered().frame, item)
    assert judged.status is Status.ACCEPTED
    assert [failure.name for failure in judged.failures] == ['no_grasp']
