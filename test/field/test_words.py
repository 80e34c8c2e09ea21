"""Words that are not understood: an answer is OK only where the others single an object out."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from field import Row, table
from table_scene import BLUE_BOX, CAMERA, RED_BOX, TABLE, camera2world

from benchmarks.analytic.cast import Placed, cast, stand
from benchmarks.analytic.solids import box, cylinder
from benchmarks.grounding.frames import FRAMES
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.frame_folder import read_frame
from realvlg_ros.grounding.grounding import Grounding
from realvlg_ros.grounding.tabletop import TabletopGrounder

Thing = tuple[Placed, tuple[int, int, int]]
RED_MUG: Thing = (stand(cylinder(0.04, 0.09), -0.05, 0.0), (200, 20, 20))
GREY_BOTTLE: Thing = (stand(cylinder(0.035, 0.22), 0.08, 0.05), (85, 87, 90))
SCENES: dict[str, tuple[Thing, ...]] = {
    'a red mug': (RED_MUG,),
    'a grey bottle': (GREY_BOTTLE,),
    'a mug and a bottle': (RED_MUG, GREY_BOTTLE),
    'a yellow mug': ((RED_MUG[0], (230, 200, 20)), GREY_BOTTLE),
    'two boxes': (RED_BOX, BLUE_BOX),
    'a low white thing': (
        (stand(box(0.12, 0.09, 0.012), -0.05, 0.0), (240, 240, 238)),
        GREY_BOTTLE,
    ),
}


@cache
def scene(name: str) -> RgbdFrame:
    """A frame of a grey table with the things of a scene."""
    things = (TABLE, *SCENES[name])
    depth, owner = cast([solid for solid, _ in things], CAMERA, camera2world())
    color = np.array([paint for _, paint in things], np.uint8)[owner]
    rng = np.random.default_rng(0)
    depth = np.round(1000 * (depth + rng.normal(0, 0.0005, depth.shape)))
    return RgbdFrame.from_arrays(color, depth.astype(np.uint16), CAMERA)


def ask(frame: RgbdFrame, sentence: str) -> Grounding:
    return TabletopGrounder().ground(frame, sentence)


MUG, BOTTLE, BOTH, YELLOW, BOXES, LOW = SCENES
UNSURE = ('not confirmed', 'not sure')
ROWS = [
    Row('colour for an unknown noun', (BOTH, 'the red flange'), 'OK', ('not confirmed', 'flange')),
    Row('an unknown noun alone', (MUG, 'the flange'), 'AMBIGUOUS', UNSURE),
    Row('two unknown words', (MUG, 'the red steel flange'), 'AMBIGUOUS', ('steel', 'flange')),
    Row('the biggest of what', (BOTH, 'the tallest flange'), 'AMBIGUOUS', ('flange',)),
    Row('another colour passes for it', (YELLOW, 'the orange flange'), 'AMBIGUOUS', ('flange',)),
    Row('white is on too many things', (LOW, 'the white flange'), 'AMBIGUOUS', ('flange',)),
    Row('a kind by its shape', (MUG, 'the coffee mug'), 'AMBIGUOUS', ('not confirmed', 'coffee')),
    Row('a state', (BOTTLE, 'the full bottle'), 'AMBIGUOUS', ('full',)),
    Row('a state and a colour', (BOTH, 'the empty red mug'), 'OK', ('not confirmed', 'empty')),
    Row('a state of anything', (MUG, 'the heavy thing'), 'AMBIGUOUS', ('heavy',)),
    Row('light is no colour', (MUG, 'the light one'), 'AMBIGUOUS', ('light',)),
    Row('transparent and opaque', (MUG, 'the transparent red mug'), 'AMBIGUOUS', UNSURE),
    Row('counted from a side', (BOXES, 'the second box from the left'), 'OK'),
    Row('counted from no side', (BOXES, 'the second box'), 'AMBIGUOUS', ('which side',)),
    Row('no known word', (BOTH, 'the red blorf'), 'AMBIGUOUS', ('not understood', 'blorf')),
    Row('a word too many', (BOXES, 'the blorf red box'), 'AMBIGUOUS', ('not understood',)),
    Row('forbidden', (BOTH, "don't touch the red mug"), 'AMBIGUOUS', ("don't",)),
    Row('forbidden at length', (BOTH, 'please do not pick up the red mug'), 'AMBIGUOUS', ('not',)),
    Row('a landmark that decides', (BOXES, 'the box near the flange'), 'AMBIGUOUS', ('flange',)),
    Row('a landmark that does not', (BOXES, 'the red box near the flange'), 'OK', ('flange',)),
    Row('too large', (MUG, 'the red car'), 'AMBIGUOUS', ('car', *UNSURE)),
    Row('a toy', (MUG, 'the red toy car'), 'OK', ('not confirmed', 'car')),
    Row('no thing at all', (BOXES, 'the blue sky'), 'NOT_FOUND', ('sky', 'nothing')),
    Row('flat and not seen', (BOTTLE, 'the grey paper'), 'NOT_FOUND', ('height of', 'flat')),
    Row('flat and seen', (LOW, 'the white envelope'), 'AMBIGUOUS', UNSURE[1:]),
    Row('how and when', (BOTH, 'no, gently pick up the red mug now'), 'OK'),
    Row('a part of it', (MUG, 'the mug of tea'), 'AMBIGUOUS', ('tea',)),
    Row('a part and a colour', (BOTH, 'the red mug of tea'), 'OK', ('tea',)),
    Row('the form of another', (MUG, 'the hammer'), 'NOT_FOUND', ('form',)),
    Row('a form that others have', (MUG, 'the tomato'), 'AMBIGUOUS', UNSURE[1:]),
]  # fmt: skip


@table(ROWS)
def test_what_a_word_that_is_not_understood_leaves(row):
    name, sentence = row.given
    answer = ask(scene(name), sentence)
    row.check(answer.status.name, answer.message)
    if row.status == 'AMBIGUOUS':
        assert answer.candidates and answer.question


ABSURD = (
    'the elephant', 'the blue sky', 'the moon', 'the transparent violin', 'the red car',
    'the blue whale', 'the red fire engine', 'the white horse', 'the grey mountain',
    'my grandmother', 'the largest planet', 'the tall building', 'the airplane', 'the red door',
    'the broken glass vase', 'the invisible red box', 'nothing', 'the meaning of life',
    'the blue song', 'the saxophone', 'the heaviest anvil', 'the paper', 'the black cat',
)  # fmt: skip


@pytest.mark.parametrize('name', [MUG, BOXES])
def test_absurd_requests_get_no_object(name):
    answers = {sentence: ask(scene(name), sentence) for sentence in ABSURD}
    assert {s: a.message for s, a in answers.items() if a.status.name == 'OK'} == {}


FOLDER = Path(os.environ.get('REALVLG_FRAMES', FRAMES))
REAL = [
    Row('a violin', ('nvlabs_6dof_graspnet/cheezit', 'the transparent violin'), 'NOT_FOUND',
        ('size', 'violin')),
    Row('a paper', ('posecnn_ycb_video/000002', 'the white paper'), 'NOT_FOUND', ('lies flat',)),
]  # fmt: skip


@pytest.mark.skipif(not FOLDER.is_dir(), reason='no real frames; set REALVLG_FRAMES')
@table(REAL)
def test_real_frames(row):
    name, sentence = row.given
    answer = ask(read_frame(FOLDER / name), sentence)
    row.check(answer.status.name, answer.message)
