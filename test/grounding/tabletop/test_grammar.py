"""What sentences ask for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realvlg_ros.grounding.tabletop.grammar import NounKind, Place, Relation, parse


@pytest.mark.parametrize(
    'sentence',
    [
        'the red mug', 'pick up the red mug', 'Please hand me the red mug.', 'grasp a RED mug!',
        'could you give me the red mug, please', 'can you pass me that red mug?',
        'robot, fetch the red mug from the table', 'put the red mug in the box',
        'pick up the red mug and put it on the left', 'red mug', 'I want the reddish mug',
        'no, the red mug', 'first pick up the red mug', 'pick up the red mug carefully',
        "I'd like to have the red mug here",
    ],
)  # fmt: skip
def test_courtesies_do_not_change_the_request(sentence):
    phrase = parse(sentence)
    assert (phrase.noun, phrase.shape, phrase.colors) == ('mug', 'mug', ('red',))
    assert phrase.kind is NounKind.SHAPE
    assert not phrase.places and not phrase.unconfirmed and phrase.relation is None


@pytest.mark.parametrize(
    ('sentence', 'field', 'value'),
    [
        ('the white and orange folder', 'colors', ('white', 'orange')),
        ('the dark blue mug', 'colors', ('blue',)),
        ('the gray box', 'colors', ('grey',)),
        ('the greenish thing', 'colors', ('green',)),
        ('the mug that is not red', 'excluded_colors', ('red',)),
        ('the big box', 'sizes', (('volume', 1),)),
        ('the small tall can', 'sizes', (('volume', -1), ('height', 1))),
        ('the leftmost can', 'superlatives', (('right', -1),)),
        ('the biggest object', 'superlatives', (('volume', 1),)),
        ('the closest thing', 'superlatives', (('distance', -1),)),
        ('the bottle lying down', 'postures', ('lying',)),
        ('the round thing', 'postures', ('round',)),
        ('the can on the left', 'places', (Place.LEFT,)),
        ('the can on the right side', 'places', (Place.RIGHT,)),
        ('the middle can', 'places', (Place.MIDDLE,)),
        ('the box at the back', 'places', (Place.BACK,)),
        ('the power drill', 'unconfirmed', ('power',)),
        ('the clear bottle', 'unconfirmed', ('clear',)),
        ('the second mug from the left', 'unconfirmed', ('second',)),
        ('can you hand me the red can', 'noun', 'can'),
        ('the can', 'noun', 'can'),
        ('the carton', 'shape', 'box'),
        ('give me something', 'kind', NounKind.GENERIC),
        ('the gizmo', 'kind', NounKind.UNKNOWN),
        ('the wine glass', 'shape', 'glass'),
        ('the bottle lying down', 'noun', 'bottle'),
        ('the cup of coffee', 'noun', 'cup'),
        ('the bottle with the red label', 'noun', 'bottle'),
        ('the mug in the kitchen sink', 'noun', 'mug'),
        ('take the mug this time for my grandmother', 'noun', 'mug'),
        ('take from the shelf the mug', 'noun', 'mug'),
        ('the mug in the kitchen sink', 'doubts', ('kitchen', 'sink')),
        ('the sheet of paper', 'shape', 'paper'),
        ('the stack of paper', 'kind', NounKind.UNKNOWN),
        ('the elephants', 'kind', NounKind.LARGE),
        ('the plush elephant', 'kind', NounKind.UNKNOWN),
        ('the blue sky', 'kind', NounKind.IMMATERIAL),
        ('the light one', 'unconfirmed', ('light',)),
        ('the wooden block', 'unconfirmed', ('wooden',)),
        ('do not pick up the red mug', 'unconfirmed', ('not',)),
        ('the mug next to the heavy violin case', 'doubts', ('heavy', 'violin')),
    ],
)
def test_words_are_sorted_into_what_they_ask(sentence, field, value):
    assert getattr(parse(sentence), field) == value


@pytest.mark.parametrize(
    ('sentence', 'relation', 'landmark'),
    [
        ('the mug to the left of the blue box', Relation.LEFT_OF, 'the blue box'),
        ('the mug on the right side of the can', Relation.RIGHT_OF, 'the can'),
        ('the soup can behind the mustard', Relation.BEHIND, 'the mustard'),
        ('the mug in front of the monitor', Relation.IN_FRONT_OF, 'the monitor'),
        ('the mug next to the can', Relation.NEXT_TO, 'the can'),
        ('the mug on top of the book', Relation.ON, 'the book'),
    ],
)
def test_relations_have_a_landmark(sentence, relation, landmark):
    phrase = parse(sentence)
    assert phrase.relation is relation
    assert phrase.landmark.text == landmark
    assert phrase.noun in ('mug', 'can')


def test_landmarks_nest():
    phrase = parse('the red cup next to the box behind the can on the right')
    assert phrase.colors == ('red',)
    assert phrase.landmark.noun == 'box'
    assert phrase.landmark.landmark.places == (Place.RIGHT,)


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_every_string_gives_a_phrase(text):
    phrase = parse(text)
    assert phrase == parse(text)
    assert set(phrase.colors) <= {
        'black', 'grey', 'white', 'red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink',
        'brown',
    }  # fmt: skip
