"""What sentences mean: a table in two languages, and any text at all."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from realvlg_ros.errors import ParameterError
from realvlg_ros.grounding.language.sentences.parser import understand
from realvlg_ros.grounding.language.tree.kinds import Intent
from realvlg_ros.grounding.language.tree.notation import meaning
from realvlg_ros.grounding.language.vocabulary.lexicon import LANGUAGES, lexicon

TABLE = yaml.safe_load((Path(__file__).parent / 'sentences.yaml').read_text())
ROWS = [(language, *row) for language, rows in TABLE.items() for row in rows]
WORDS = sorted({word for name in LANGUAGES for word in lexicon(name).senses})


def test_the_table_is_of_two_languages():
    assert set(TABLE) == set(LANGUAGES)
    assert len(ROWS) >= 400 and min(len(rows) for rows in TABLE.values()) >= 100


@pytest.mark.parametrize(('language', 'sentence', 'expected'), ROWS)
def test_what_a_sentence_means(language, sentence, expected):
    assert meaning(understand(sentence, language)) == expected


def test_the_language_is_that_which_knows_the_words():
    told = [understand(sentence).language == language for language, sentence, _ in ROWS]
    assert sum(told) >= 0.97 * len(told)


def accounted(sentence):
    """Whether what was said is a tree, an intent, or words that were not understood."""
    return bool(sentence.wanted or sentence.unknown) or sentence.intent is not Intent.TAKE


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read(text):
    assert accounted(understand(text))
    assert understand(text) == understand(text)


@given(st.lists(st.sampled_from(WORDS), max_size=30))
@settings(max_examples=150, deadline=None)
def test_known_words_in_any_order_are_read(words):
    assert accounted(understand(' '.join(words)))


@pytest.mark.parametrize(
    'text',
    ['the not ' * 80, 'of the ' * 120, 'between ' * 100, 'next to the mug ' * 60, ', ' * 400,
     '((' * 400, 'than ' * 150, 'one of ' * 120, 'a' * 1000, 'without ' * 100,
     'the mug that is ' * 60],
)  # fmt: skip
def test_what_nests_has_an_end(text):
    assert accounted(understand(text[:1000]))


@pytest.mark.parametrize('text', ['桌子上的杯子', 'красная кружка', 'الكوب الأحمر', '赤いマグ'])
def test_another_script_means_no_object(text):
    assert understand(text).intent is Intent.OTHER_SCRIPT


def test_a_language_without_a_lexicon_is_refused():
    with pytest.raises(ParameterError, match="language is 'fr'; expected one of en, de"):
        understand('le mug', 'fr')
