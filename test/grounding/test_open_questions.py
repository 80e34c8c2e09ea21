"""What a reply to a question asks for."""

import pytest

from realvlg_ros.errors import InstructionError
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus, ObjectCandidate
from realvlg_ros.grounding.language.answering.reply import joined
from realvlg_ros.grounding.language.sentences.parser import understand
from realvlg_ros.grounding.language.tree.notation import meaning
from realvlg_ros.grounding.open_questions import OpenQuestions
from realvlg_ros.grounding.query import Choice, Query
from realvlg_ros.image_region import Box

BOX = Box(0, 0, 10, 10)
TWO = tuple(
    ObjectCandidate('red mug', words, 0.5, BOX) for words in ('the left one', 'the one behind')
)


def asked(candidates=TWO, clock=lambda: 0.0, lifetime=60.0):
    questions = OpenQuestions(lifetime, clock)
    answer = Grounding(GroundingStatus.AMBIGUOUS, 'take the mug', candidates=candidates)
    token = questions.ask(answer, Query('take the mug', region=BOX)).token
    assert token and questions.newest == token
    return questions, token


@pytest.mark.parametrize(
    ('instruction', 'reply', 'sentence'),
    [
        ('pick up the red mug', 'the left one', 'pick up the red mug, the left one'),
        (
            'pick up the red mug',
            'The one near the box!',
            'pick up the red mug, The one near the box!',
        ),
        ('pick up the red mug', 'near the box', 'pick up the red mug, near the box'),
        ('give me the mug, please.', 'green', 'give me the mug, please, green'),
        ('grab a box', 'on the left', 'grab a box, on the left'),
        ('grasp mug', 'the big one', 'grasp mug, the big one'),
        ('give me the mug', 'the mug next to the banana', 'the mug next to the banana'),
        (
            'pick up the mug on the table',
            'the red one',
            'pick up the mug on the table, the red one',
        ),
        ('pick up the mug\\1 \\q', 'the red one', 'pick up the mug\\1 \\q, the red one'),
        ('pick up the red mug', 'no, the blue one', 'mug, the blue one'),
        ('pick up the red mug', 'no the mug behind the box', 'the mug behind the box'),
        ('pick up the red mug', 'never mind', 'never mind'),
        ('pick up the box', 'not the blue one', 'pick up the box, not the blue one'),
        (
            'take a box',
            'neither the red nor the blue one',
            'take a box, neither the red nor the blue one',
        ),
        ('nimm die rote Tasse', 'nein, die blaue', 'tasse, die blaue'),
        ('nimm die rote Tasse', 'die linke', 'nimm die rote Tasse, die linke'),
        ('nimm die rote Tasse', 'neben der Dose', 'nimm die rote Tasse, neben der Dose'),
        ('nimm die Tasse', 'die Tasse neben der Dose', 'die Tasse neben der Dose'),
    ],
)
def test_a_reply_completes_the_sentence(instruction, reply, sentence):
    assert joined(instruction, reply) == sentence


@pytest.mark.parametrize(
    ('instruction', 'reply', 'meant'),
    [
        ('pick up the red mug', 'the left one', 'mug(red, at left)'),
        ('pick up the red mug', 'near the box', 'mug(red, near[box])'),
        ('give me the mug, please.', 'green', 'mug(green)'),
        ('pick up the red mug', 'no, the blue one', 'mug(blue)'),
        ('pick up the box', 'not the blue one', 'box(except[thing(blue)])'),
        (
            'take a box',
            'neither the red nor the blue one',
            'box(except[thing(red)], except[thing(blue)])',
        ),
        ('nimm die rote Tasse', 'die linke', 'cup(red, at left)'),
        ('nimm die rote Tasse', 'nein, die blaue', 'cup(blue)'),
        ('nimm die Kiste', 'nicht die blaue', 'box(except[thing(blue)])'),
    ],
)
def test_the_completed_sentence_means_what_the_reply_adds(instruction, reply, meant):
    assert meaning(understand(joined(instruction, reply))) == meant


@pytest.mark.parametrize(
    ('words', 'number', 'chosen'),
    [
        ('', 2, 1), ('the first one', 0, 0), ('second', 0, 1), ('number 2', 0, 1),
        ('The left one.', 0, 0), ('the left', 0, 0), ('the last one', 0, 1), ('2', 0, 1),
        ('two', 0, 1), ('the 2nd', 0, 1), ('either', 0, 0), ('any of them', 0, 0), ('both', 0, 0),
        ('die zweite', 0, 1), ('Nummer 1', 0, 0), ('number two please', 0, 1),
    ],
)  # fmt: skip
def test_a_candidate_is_chosen_by_number_or_by_its_words(words, number, chosen):
    questions, token = asked()
    query = questions.reply(token, words, number)
    assert query == Query('take the mug', BOX, Choice(TWO[chosen], TWO))


def test_yes_takes_the_only_candidate_and_no_is_asked_for_other_words():
    questions, token = asked(TWO[:1])
    assert questions.reply(token, 'Yes').choice.candidate is TWO[0]
    with pytest.raises(InstructionError, match='other words'):
        questions.reply(token, 'no')


@pytest.mark.parametrize(
    ('token', 'words', 'choice', 'message'),
    [
        ('other', 'the left one', 0, "token 'other'"),
        (None, '', 3, 'candidate 3 is chosen; the question has 2'),
        (None, '', 0, 'holds no word'),
        (None, 'a' * 200_000, 0, 'longer than 1000'),
    ],
)
def test_a_reply_that_says_nothing_is_refused(token, words, choice, message):
    questions, known = asked()
    with pytest.raises(InstructionError, match=message):
        questions.reply(token or known, words, choice)


def test_a_question_is_forgotten_after_its_time():
    now = [0.0]
    questions, token = asked(clock=lambda: now[0], lifetime=5.0)
    now[0] = 4.0
    assert questions.reply(token, 'first').choice.candidate is TWO[0]
    now[0] = 6.0
    with pytest.raises(InstructionError, match='for 5 s'):
        questions.reply(token, 'first')


def test_other_answers_ask_nothing():
    questions = OpenQuestions(60.0)
    found = Grounding(GroundingStatus.OK, 'the mug')
    assert questions.ask(found, Query('the mug')) is found and questions.newest == ''


def test_a_question_that_was_answered_is_not_the_newest_any_more():
    questions, token = asked()
    questions.close(token)
    assert questions.newest == ''
