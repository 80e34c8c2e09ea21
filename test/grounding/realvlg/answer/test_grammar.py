import random
import re

import pytest

from realvlg_ros.errors import GroundingError
from realvlg_ros.grounding.realvlg.answer.answer_text import answer_expression, number_ranges
from realvlg_ros.grounding.realvlg.answer.grammar import MOST_THINGS, AnswerGrammar
from realvlg_ros.grounding.realvlg.answer.numbers import NumberRange, PartialNumber
from realvlg_ros.grounding.realvlg.answer.reading import read_reply
from realvlg_ros.grounding.realvlg.model.text_tokens import TextTokens
from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task, find_prompts

PUBLISHED = [Task.BOX, Task.GRASP, Task.CONTACT]


class CharacterTokens:
    """One token for each character."""

    digits = tuple(ord(d) for d in '0123456789')

    def encode(self, text):
        return [ord(c) for c in text]

    def between(self, before, text, after):
        return tuple(ord(c) for c in text)

    def decode(self, ids):
        return ''.join(map(chr, ids))


def write(grammar, pick):
    """Write one answer with a function that picks a branch; its text, values and choices."""
    writer, ids, choices = grammar.start(), [], 0
    ids += writer.forced()
    while not writer.done:
        branch = pick(writer.choice())
        choices += 1
        writer.choose(branch.token)
        ids += [branch.token, *writer.forced()]
    return CharacterTokens().decode(ids), writer.things, choices


def grammar_of(task, width, height):
    prompts = PromptSet.from_yaml(find_prompts('realvlg'))
    return AnswerGrammar(prompts.task(task), CharacterTokens(), width, height)


@pytest.mark.parametrize('size', [(1, 1), (7, 10), (160, 120), (1280, 720), (1000, 1000)])
@pytest.mark.parametrize('task', PUBLISHED)
def test_every_walk_is_a_valid_answer(task, size):
    pick = random.Random(0)
    grammar = grammar_of(task, *size)
    for _ in range(200):
        text, (values,), _ = write(grammar, lambda choice: pick.choice(choice.branches))
        numbers = re.findall(r'-?\d+(?:\.\d{1,2})?', text)
        assert tuple(map(float, numbers)) == values
        assert len(values) == 4
        if task is Task.BOX:
            assert 0 <= values[0] < values[2] <= size[0]
            assert 0 <= values[1] < values[3] <= size[1]
        elif task is Task.CONTACT:
            assert values[:2] != values[2:]
            assert all(0 <= v <= max(size[i % 2] - 1, 1) for i, v in enumerate(values))
        else:
            assert 0 <= values[0] <= size[0] - 1
            assert 0 <= values[1] <= size[1] - 1
            assert abs(values[2]) <= 180
            assert 1 <= values[3] <= round((size[0] ** 2 + size[1] ** 2) ** 0.5)


JSON_FORMS = [
    ('qwen2_5_vl', Task.BOX), ('qwen2_5_vl', Task.BOXES), ('qwen3_vl', Task.BOXES),
    ('cosmos3', Task.BOX), ('cosmos3', Task.POINT), ('gemini_er', Task.BOXES),
    ('gemini_er', Task.POINT), ('roborefer', Task.POINT), ('molmo2', Task.POINT),
    ('locateanything', Task.BOX),
]  # fmt: skip


@pytest.mark.parametrize(('name', 'task'), JSON_FORMS)
def test_every_walk_of_the_other_families_is_read_back(name, task):
    pick = random.Random(0)
    prompts = PromptSet.from_yaml(find_prompts(name))
    prompt = prompts.task(task)
    side = 1 if name == 'roborefer' else 1000
    grammar = AnswerGrammar(prompt, CharacterTokens(), side, side, 'the "red" mug \\ x')
    counts = set()
    for _ in range(150):
        text, things, _ = write(grammar, lambda choice: pick.choice(choice.branches))
        reply = read_reply(text, prompt, number_ranges(task, side, side))
        assert tuple(item.values for item in reply.items) == things
        assert re.fullmatch(answer_expression(prompts, task, False), text)
        counts.add(len(things))
    several, none = bool(prompt.form.joint), bool(prompt.form.none)
    assert (max(counts) > 1) is several and max(counts) <= MOST_THINGS
    assert (0 in counts) is none


def test_an_answer_of_several_things_ends():
    prompt = PromptSet.from_yaml(find_prompts('qwen3_vl')).task(Task.BOXES)
    grammar = AnswerGrammar(prompt, CharacterTokens(), 1000, 1000, 'mug')

    def another(choice):
        # A comma or a line in the list goes on, a bracket ends it.
        marks = {ord(','): 2, ord('\n'): 1}
        return max(choice.branches, key=lambda branch: marks.get(branch.token, 0))

    text, things, _ = write(grammar, another)
    assert len(things) == MOST_THINGS and text.endswith(']\n```')


@pytest.mark.parametrize(
    ('low', 'high', 'excluded'), [(0, 159, None), (13, 13, None), (97, 1024, 100), (0, 9, 0)]
)
def test_exactly_the_numbers_of_the_range_can_be_written(low, high, excluded):
    found, open_ends = set(), [PartialNumber(NumberRange(low, high, excluded=excluded))]
    while open_ends:
        number = open_ends.pop()
        if number.complete:
            found.add(int(number.whole))
        open_ends += [n for d in range(10) if (n := number.with_digit(d)) is not None]
    assert found == set(range(low, high + 1)) - {excluded}


def test_interval_is_what_a_number_can_become():
    number = PartialNumber(NumberRange(0, 1279), whole='12')
    assert number.interval() == (12, 1279)
    assert PartialNumber(NumberRange(0, 180), -1).interval() == (-180, 0)
    assert PartialNumber(NumberRange(0, 90, 2), whole='7', fraction='2').interval() == (
        pytest.approx(7.2),
        pytest.approx(7.3),
    )


@pytest.mark.parametrize(('size', 'most'), [((1280, 720), 14), ((1920, 1080), 16)])
def test_choices_of_a_box_are_bounded(size, most):
    pick = random.Random(1)
    grammar = grammar_of(Task.BOX, *size)
    counts = [write(grammar, lambda c: pick.choice(c.branches))[2] for _ in range(300)]
    assert max(counts) <= most


def test_a_choice_speaks_of_the_number_it_decides():
    writer = grammar_of(Task.GRASP, 100, 100).start()
    writer.forced()
    fields = {}
    for character in '10, 20, -30, 40)':
        if writer.done:
            break
        choice = writer.choice()
        if len(choice.branches) > 1:
            fields.setdefault(character, []).append(choice.field)
        writer.choose(ord(character))
    assert fields['-'] == [2]
    assert [fields[c][0] for c in '1234'] == [0, 1, 2, 3]
    # The end of the first number is chosen against '10.5'; its second digit was free.
    assert fields[','][0] == 0


def test_a_tokenizer_that_joins_digits_is_refused(tmp_path):
    tokenizers = pytest.importorskip('tokenizers')
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=400, initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator([f'{n}7' for n in range(10)] * 20, trainer)
    tokenizer.save(str(tmp_path / 'tokenizer.json'))
    with pytest.raises(GroundingError, match='one token for each digit|joins digits'):
        TextTokens(tmp_path / 'tokenizer.json')
