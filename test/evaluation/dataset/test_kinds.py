import pytest

from realvlg_ros.evaluation.dataset.kinds import SentenceKind, kind_of

KINDS = {
    'any object': 'any object',
    'the object': 'any object',
    'pick up the mug': 'name',
    'qqq': 'name',
    'the small red mug': 'look',
    'the biggest mug': 'look',
    'the wooden spoon': 'look',
    'the red or blue mug': 'look',
    'the red mug on the left': 'place',
    'the leftmost mug': 'place',
    'the nearest mug': 'place',
    'the second mug from the left': 'place',
    'the red mug next to the can on the left': 'relation',
    'the mug nearest to the can': 'relation',
    'the mug that is not red': 'denial',
    'the mug but not the red one': 'denial',
    'the mug or the can': 'several',
    'two mugs': 'several',
}


@pytest.mark.parametrize('sentence', KINDS)
def test_the_hardest_part_of_a_sentence_is_its_kind(sentence):
    assert kind_of(sentence).words == KINDS[sentence]


def test_every_kind_has_words():
    assert len({kind.words for kind in SentenceKind}) == len(SentenceKind)
