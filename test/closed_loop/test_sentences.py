import numpy as np
import pytest

from realvlg_ros.closed_loop.sentences import Named, sentence_for
from realvlg_ros.grounding.language.sentences.parser import understand
from realvlg_ros.grounding.language.tree.kinds import NounKind
from realvlg_ros.grounding.language.tree.syntax import Color, Place


def thing(name, color, x, z=0.6):
    return Named(name, color, 'mug', np.array([x, 0.0, z]))


SCENE = [thing('a', 'red', -0.2), thing('b', 'blue', 0.0), thing('c', 'green', 0.03)]


def said(target, things=SCENE):
    return {sentence_for(target, things, np.random.default_rng(seed)) for seed in range(200)}


def test_the_outermost_is_named_by_its_side_only_where_it_is_so_by_far():
    assert any(words.endswith('object on the left') for words in said('a'))
    assert not any('right' in words for words in said('c'))
    assert not any('left' in words or 'right' in words for words in said('b'))


def test_a_far_thing_is_on_the_left_only_where_it_is_seen_so():
    near = thing('near', 'blue', -0.1, z=0.5)
    assert not any(
        'left' in words for words in said('far', [near, thing('far', 'red', -0.2, 1.0)])
    )
    assert any('left' in words for words in said('far', [near, thing('far', 'red', -0.3, 1.0)]))


def test_every_sentence_is_true_of_its_object_alone():
    for one in SCENE:
        for words in said(one.name):
            assert one.color in words or 'on the left' in words
            assert not any(other.color in words for other in SCENE if other is not one)


def test_a_single_object_needs_no_attribute():
    assert 'pick up the object' in said('a', SCENE[:1])


@pytest.mark.parametrize('words', sorted(said('a')))
def test_the_grammar_reads_them(words):
    sentence = understand(words)
    thing = sentence.thing
    assert not sentence.unknown and thing.noun.kind in (NounKind.GENERIC, NounKind.SHAPE)
    assert Color(('red',)) in thing.said or any(isinstance(said, Place) for said in thing.said)
