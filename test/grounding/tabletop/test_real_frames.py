"""Phrases about real frames, where they are at hand (REALVLG_FRAMES)."""

import os
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.grounding.frames import FRAMES, ask, read_questions
from realvlg_ros.frame_folder import read_frame
from realvlg_ros.grounding.tabletop import TabletopGrounder

folder = Path(os.environ.get('REALVLG_FRAMES', FRAMES))
questions = read_questions(folder) if folder.is_dir() else []
pytestmark = pytest.mark.skipif(not questions, reason='no real frames; set REALVLG_FRAMES')


@pytest.fixture(scope='module')
def outcomes():
    grounder = TabletopGrounder()
    grounder.load()
    frames = {question.frame: read_frame(question.frame) for question in questions}
    return [
        (question, ask(grounder, frames[question.frame], question)[0]) for question in questions
    ]


def test_hardly_any_answer_is_confidently_wrong(outcomes):
    counts = Counter(outcome for _, outcome in outcomes)
    assert counts['wrong'] + counts['roughly_right'] <= 0.1 * len(outcomes)
    assert counts['refused'] == 0


def test_attributes_are_enough_for_single_things_on_a_table(outcomes):
    alone = [
        outcome
        for question, outcome in outcomes
        if question.frame.parent.name in ('nvlabs_6dof_graspnet', 'moveit_can')
    ]
    assert alone.count('right') >= 0.9 * len(alone)


def test_ambiguous_phrases_are_asked_back(outcomes):
    asked = [outcome for question, outcome in outcomes if question.decided_by == 'ambiguous']
    assert set(asked) <= {'asked_back'}
