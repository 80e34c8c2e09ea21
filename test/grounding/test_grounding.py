import pytest

from realvlg_ros.errors import InstructionError, ParameterError
from realvlg_ros.grounding.grounding import check_instruction
from realvlg_ros.grounding.registry import BACKENDS, make_grounder


def test_whitespace_is_collapsed():
    assert check_instruction('  pick up\n the\tmug ') == 'pick up the mug'


@pytest.mark.parametrize('text', ['', '   ', '123 !?', '\n'])
def test_no_word_is_refused(text):
    with pytest.raises(InstructionError, match='say what to pick up'):
        check_instruction(text)


def test_ten_kilobytes_are_refused_with_the_length():
    with pytest.raises(InstructionError, match='10000 characters'):
        check_instruction('a' * 10_000)


def test_unknown_backend_lists_the_known_ones():
    assert 'tabletop' in BACKENDS
    with pytest.raises(ParameterError, match=r"'oracle'.*tabletop"):
        make_grounder('oracle')
