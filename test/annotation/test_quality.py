"""Quality figures against cases that are worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from realvlg_ros.annotation.annotation import AnnotatedGrasp, AnnotatedImage, Annotation
from realvlg_ros.annotation.quality.consistency import consistency
from realvlg_ros.annotation.quality.lexical import mtld, words_of
from realvlg_ros.image_region import Box, RegionMask
from realvlg_ros.rectangle import ContactPair

SQUARE = RegionMask(10, 10, np.ones((20, 20), bool))


def test_words_are_small_and_without_what_stands_between():
    assert words_of(["The red mug's handle,", 'the 2nd MUG']) == [
        'the', 'red', "mug's", 'handle', 'the', 'nd', 'mug',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ('', 0.0),
        # No word twice: one run that does not end.
        ('a b c d', 4.0),
        # Each second a makes a ratio of 1/2: a factor of two words, forward and backward.
        ('a a a a', 2.0),
        # Forward: a b a (2/3) is a factor, then b (1 of 1, no part): 4 words by 1. Backward alike.
        ('a b a b', 4.0),
        # a b c a: 3/4 > 0.72 is a part of (1 - 0.75) / 0.28 of a factor, both ways.
        ('a b c a', 4 / (0.25 / 0.28)),
    ],
)
def test_mtld(text, value):
    assert mtld(text.split()) == pytest.approx(value)


BOX = Box(10, 10, 30, 30)


def pair(contacts, box=BOX, mask=SQUARE):
    contacts = ContactPair(*contacts)
    grasp = AnnotatedGrasp(contacts.to_rectangle(10), contacts, 'planner')
    item = Annotation(0, 'a', 'b', box, mask, (grasp,))
    return AnnotatedImage('one', '', 60, 60, (item,)), item


@pytest.mark.parametrize(
    ('given', 'masks', 'grasps', 'contacts'),
    [
        (pair((10, 20, 29, 20)), 1.0, 1.0, 1.0),
        # Half of the line is beside the mask, and one end.
        (pair((20, 20, 39, 20)), 1.0, 0.5, 0.5),
        # The box is twice as wide as the mask.
        (pair((10, 20, 29, 20), Box(10, 10, 50, 30)), 0.5, 1.0, 1.0),
        # The line leaves the image.
        (pair((20, 20, 99, 20)), 1.0, 0.125, 0.5),
    ],
)
def test_consistency(given, masks, grasps, contacts):
    found = consistency([given])
    assert found.masks == pytest.approx(masks)
    assert found.grasps == pytest.approx(grasps, abs=0.02)
    assert found.contacts == contacts


def test_what_nothing_is_known_of_has_no_figure():
    image, item = pair((10, 20, 29, 20))
    assert np.isnan(consistency([(image, replace(item, mask=None))]).masks)
