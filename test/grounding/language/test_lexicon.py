"""Lexicon files: what is wrong with one is said with its key."""

import pytest
import yaml

from realvlg_ros.errors import ParameterError
from realvlg_ros.grounding.language.vocabulary.lexicon import LANGUAGES, lexicon, read_lexicon
from realvlg_ros.grounding.language.vocabulary.shapes import read_shapes, shapes
from realvlg_ros.grounding.language.vocabulary.spelling import Spelling, folded
from realvlg_ros.grounding.language.vocabulary.tokens import Kind
from realvlg_ros.resources import config_file


def changed(tmp_path, change):
    """The English lexicon with a change, in a file."""
    values = yaml.safe_load(config_file('lexicon/en.yaml').read_text())
    change(values)
    path = tmp_path / 'xx.yaml'
    path.write_text(yaml.dump(values))
    return path


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (lambda v: v.pop('colors'), ("missing ['colors']",)),
        (lambda v: v.update(flavours=['sour']), ("unknown ['flavours']",)),
        (lambda v: v['colors'].update(mauve=['mauve']), ("colors has 'mauve'", 'black')),
        (lambda v: v['colors'].update(red='red'), ('colors.red', 'a list of texts')),
        (lambda v: v.update(articles=1, nouns=True), ('articles',)),
        (lambda v: v['relations'].update({'on': [True]}), ('relations.on', 'a list of texts')),
        (lambda v: v['degrees'].append({'measure': 'weight', 'sign': 1, 'plain': [], 'more': [],
                                        'most': []}), ("'weight'", 'volume')),
        (lambda v: v['degrees'][0].update(sign=3), ('degrees[0]', '-1 to 1')),
        (lambda v: v.update(degrees='big'), ('degrees', 'a list')),
        (lambda v: v['endings'].update(noun=[['s']]), ('endings.noun', 'pairs')),
        (lambda v: v.update(letters='runes'), ("'runes'", 'latin')),
        (lambda v: v['verbs'].update(eat=['eat']), ("unknown ['eat']",)),
    ],
)  # fmt: skip
def test_a_wrong_lexicon_is_refused_with_its_key(tmp_path, change, words):
    path = changed(tmp_path, change)
    with pytest.raises(ParameterError) as refused:
        read_lexicon(path)
    assert str(path) in str(refused.value)
    assert [word for word in words if word not in str(refused.value)] == []


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('mug: {size: [0.1]}', ('mug.size', '2 numbers')),
        ('mug: {size: [0.2, 0.1]}', ('low, high',)),
        ('mug: {slenderness: [1, 2]}', ("missing ['size']",)),
        ('mug: {size: [0.1, 0.2], weight: 3}', ("unknown ['weight']",)),
        ('- mug', ('keys with values',)),
        ('mug: {size: [', ('is not YAML', 'line')),
    ],
)
def test_wrong_forms_of_things_are_refused(tmp_path, text, words):
    path = tmp_path / 'forms.yaml'
    path.write_text(text)
    with pytest.raises(ParameterError) as refused:
        read_shapes(path)
    assert [word for word in words if word not in str(refused.value)] == []


@pytest.mark.parametrize('language', LANGUAGES)
def test_every_shaped_noun_has_a_form(language):
    named = {
        sense.value
        for senses in lexicon(language).senses.values()
        for sense in senses
        if sense.kind is Kind.SHAPED
    }
    assert named == set(shapes())


@pytest.mark.parametrize(
    ('word', 'near'),
    [
        ('mgu', ('mug',)), ('mugg', ('mug',)), ('botle', ('bottle',)), ('bottel', ('bottle',)),
        ('boottle', ('bottle',)), ('battle', ('bottle',)), ('mig', ()), ('xy', ()), ('mug', ()),
        ('flange', ()), ('mu1g', ()), ('leftt', ('left',)),
    ],
)  # fmt: skip
def test_one_slip_from_a_known_word(word, near):
    assert Spelling(['mug', 'bottle', 'left', 'box']).near(word) == near


@pytest.mark.parametrize(
    ('text', 'plain'),
    [('Grüne  Äpfel', 'grune apfel'), ('it’s', "it's"), ('ＭＵＧ', 'mug'), ('Straße', 'strasse')],
)
def test_letters_are_compared_without_case_and_marks(text, plain):
    assert folded(text) == plain
