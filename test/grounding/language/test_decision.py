"""Which thing of a table a sentence means: one, several that are asked about, or none."""

import pytest
from seen_things import Item, scene

from realvlg_ros.grounding.language.answering.decision import Outcome, decide
from realvlg_ros.grounding.language.sentences.parser import understand

TABLE = scene(
    Item('red plate', (-0.30, 0.0), (0.22, 0.22, 0.025), {'red': 1.0}),
    Item('blue bottle', (-0.15, 0.1), (0.07, 0.07, 0.22), {'blue': 1.0}),
    Item('red bottle', (0.0, -0.1), (0.06, 0.06, 0.18), {'red': 1.0}),
    Item('green bottle', (0.12, 0.1), (0.08, 0.08, 0.30), {'green': 1.0}),
    Item('yellow ball', (0.14, -0.12), (0.07, 0.07, 0.07), {'yellow': 1.0}),
    Item('white box', (0.32, 0.0), (0.2, 0.15, 0.08), {'white': 1.0}),
)
NAMES = [item.name for item in TABLE.items]


def answer(sentence, things=TABLE, max_wrong=0.05):
    """The name of the thing that is found, or the names of those that may be meant, or none."""
    verdict = decide(understand(sentence), things, max_wrong)
    names = [things.items[index].name for index in verdict.order]
    if verdict.outcome is Outcome.FOUND:
        return names[0]
    return set(names) if verdict.outcome is Outcome.SEVERAL else None


@pytest.mark.parametrize(
    ('sentence', 'expected'),
    [
        ('the red plate', 'red plate'),
        ('the red bottle', 'red bottle'),
        ('the red one', {'red plate', 'red bottle'}),
        ('the purple one', None),
        ('the leftmost object', 'red plate'),
        ('the rightmost thing', 'white box'),
        ('the second object from the left', 'blue bottle'),
        ('the third thing from the left', 'red bottle'),
        ('the second thing from the right', 'yellow ball'),
        ('the second bottle from the left', 'red bottle'),
        ('the second bottle from the right', 'red bottle'),
        ('the last object from the left', 'white box'),
        ('the second object', set(NAMES)),
        ('the ninth object from the left', None),
        ('the left red one', 'red plate'),
        ('the red thing on the right', 'red bottle'),
        ('the yellow ball on the left', None),
        ('the red and green thing', None),
        ('the tallest object', 'green bottle'),
        ('the second tallest bottle', 'blue bottle'),
        ('the biggest thing', {'white box', 'green bottle'}),
        ('the smallest bottle', 'red bottle'),
        ('the smaller red one', 'red bottle'),
        ('the bottle nearest to the yellow ball', 'red bottle'),
        ('the bottle nearest to the red plate', 'blue bottle'),
        # Each thing may be the box; the white one may be the ball.
        ('the bottle nearest to the box', {'blue bottle', 'red bottle', 'green bottle'}),
        ('the bottle nearest to the white box but not the green one', 'red bottle'),
        ('the bottle nearest to the ball', {'red bottle', 'green bottle'}),
        ('the thing nearest to the yellow ball', 'red bottle'),
        ('the thing to the left of the blue bottle', 'red plate'),
        ('the bottle between the plate and the green bottle', 'blue bottle'),
        ('the red object to the right of the blue bottle', 'red bottle'),
        ('the thing in front of the green bottle', {'yellow ball', 'red bottle'}),
        ('the red thing that is not a plate', 'red bottle'),
        ('the red one but not the plate', 'red bottle'),
        ('a bottle, but neither the red one nor the green one', 'blue bottle'),
        ('neither red nor blue nor green nor white', 'yellow ball'),
        ('everything but the red plate', set(NAMES) - {'red plate'}),
        ('the thing that is not the red plate', set(NAMES) - {'red plate'}),
        ('the yellow or purple thing', 'yellow ball'),
        ('the green or yellow thing', {'green bottle', 'yellow ball'}),
        ('the object taller than the blue bottle', 'green bottle'),
        ('a bottle shorter than the blue bottle', 'red bottle'),
        ('taller than the red bottle but shorter than the green bottle', 'blue bottle'),
        ('all bottles', 'red bottle'),
        ('three bottles', 'red bottle'),
        ('two bottles', {'blue bottle', 'red bottle', 'green bottle'}),
        ('any bottle', {'red bottle'}),
        # A form contradicts a name, and speaks for none.
        ('the ball', {'yellow ball', 'white box'}),
        ('the yellow ball', 'yellow ball'),
        ('the leftmost plate', 'red plate'),
        ('the glorbish red plate', {'red plate'}),
        ('the red glorb', {'red plate', 'red bottle'}),
        ('the other one', set(NAMES)),
        ('the thing next to it', set(NAMES)),
        ('do not take the red plate', set(NAMES) - {'red plate'}),
        ('the red plate next to the purple can', None),
        ('the sky', None),
        ('the white box and the red plate', 'white box'),
        # What is taken back, or excluded, is never taken.
        ('take the red bottle. no, the green one', 'green bottle'),
        ('pick up the red bottle no the green one', 'green bottle'),
        ('not the red one the blue one', 'blue bottle'),
        ('no not that one, the blue one', 'blue bottle'),
        ('neither the red nor the blue nor the green bottle', {'yellow ball', 'white box'}),
        ('nimm die rote Flasche, nein, die grüne', 'green bottle'),
        ('nicht die rote die grüne', 'green bottle'),
        ('weder der rote noch der grüne noch der weiße', {'blue bottle', 'yellow ball'}),
        ('all bottles but the red one', 'green bottle'),
        ('the biggest bottle of the red ones', 'red bottle'),
        ('the taller of the red and the green bottle', 'green bottle'),
        ('die größere der roten und der grünen Flasche', 'green bottle'),
        ('the bottle closer to the red plate', 'blue bottle'),
        ('the bottle right of me', 'green bottle'),
        ('die Flasche links von mir', 'blue bottle'),
        # What is not understood, or read in part, is asked about.
        ('the green bottle or if there is none the red one', {'green bottle'}),
        ('something to eat', {'red bottle'}),
        ('the blue bottle no red bottle', {'blue bottle'}),
        ('the blue bottle with no red lid', 'blue bottle'),
        ('neither the plate nor the bottle', {'yellow ball'}),
        ('weder der Teller noch die Flasche', {'yellow ball'}),
        ('any bottle besides the red one', 'green bottle'),
        ('the left over bottle', {'red plate'}),
        ('das dem Ball nächste Ding', {'yellow ball'}),
        ('the wrinkly plate', {'red plate', 'white box'}),
        ('north of the plate', set(NAMES)),
        ('give me it on the left', {'red plate'}),
        ('the hardly green bottle', {'blue bottle', 'red bottle'}),
        ('a bottle that is not red green or white', 'blue bottle'),
        ('the biggest but not the tallest bottle', 'blue bottle'),
        ('the left one of the bottles', 'blue bottle'),
        ('the heavy bottle', {'blue bottle', 'red bottle', 'green bottle'}),
        ('the second flange from the left', set(NAMES) - {'red plate'}),
        ('the yellow flange', 'yellow ball'),
        ('the white flange', {'white box'}),
        ('die rote Flasche', 'red bottle'),
        ('die zweite von links', 'blue bottle'),
        ('das Ding zwischen dem Teller und der grünen Flasche', 'blue bottle'),
        ('die größte Flasche außer der grünen', 'blue bottle'),
    ],
)  # fmt: skip
def test_which_thing_is_meant(sentence, expected):
    assert answer(sentence) == expected


@pytest.mark.parametrize(
    ('sentence', 'whole', 'expected'),
    [
        ('the smallest thing', 1.0, 'cap'),
        ('the smallest thing', 0.5, {'cap', 'can'}),
        ('the second thing from the left', 0.5, {'can', 'bottle'}),
        ('the tallest thing', 0.5, 'bottle'),
        ('the white thing', 0.5, 'cap'),
    ],
)
def test_what_may_be_a_part_is_counted_in_doubt(sentence, whole, expected):
    things = scene(
        Item('cap', (-0.2, 0.0), (0.03, 0.03, 0.02), {'white': 1.0}, known={'whole': whole}),
        Item('can', (0.0, 0.0), (0.06, 0.06, 0.1), {'red': 1.0}),
        Item('bottle', (0.2, 0.0), (0.08, 0.08, 0.25), {'blue': 1.0}),
    )
    assert answer(sentence, things) == expected
