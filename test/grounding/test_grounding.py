from pathlib import Path

import pytest

import realvlg_ros
from realvlg_ros.errors import InstructionError, ParameterError
from realvlg_ros.grounding.grounding import check_instruction
from realvlg_ros.grounding.registry import BACKENDS, make_grounder

PACKAGE = Path(realvlg_ros.__file__).parent


def test_whitespace_is_collapsed():
    assert check_instruction('  pick up\n the\tmug ') == 'pick up the mug'


@pytest.mark.parametrize('text', ['', '   ', '123 !?', '\n'])
def test_no_word_is_refused(text):
    with pytest.raises(InstructionError, match='say what to pick up'):
        check_instruction(text)


def test_ten_kilobytes_are_refused_with_the_length():
    with pytest.raises(InstructionError, match='10000 characters'):
        check_instruction('a' * 10_000)


def test_instructions_are_checked_where_they_come_in_and_not_again_by_grounders():
    callers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob('*.py')
        if 'check_instruction(' in path.read_text()
    }
    # The sentences of a file are checked where it is read, to name their place in it.
    assert callers == {
        'annotation/review/edits.py',
        'annotation/stages/localise.py',
        'evaluation/dataset/layouts/frames.py',
        'evaluation/dataset/layouts/ocid_vlg.py',
        'evaluation/dataset/layouts/realvlg.py',
        'grounding/open_questions.py',
        'grounding/grounding.py',
        'grounding/realvlg/tools/labelled_set.py',
        'pipeline.py',
        'replay/session/goals.py',
        'ros/requests/grounding_worker.py',
        'ros/requests/plan_request.py',
    }


def test_unknown_backend_lists_the_known_ones():
    assert 'tabletop' in BACKENDS
    with pytest.raises(ParameterError, match=r"'oracle'.*tabletop"):
        make_grounder('oracle')
