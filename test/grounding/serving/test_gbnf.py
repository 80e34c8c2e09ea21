"""Grammars of llama.cpp say what the expressions say."""

import re

import pytest
from dialect_servers import gbnf_to_regex

from realvlg_ros.errors import ParameterError
from realvlg_ros.grounding.realvlg.answer.answer_text import answer_expression
from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task, find_prompts
from realvlg_ros.grounding.serving.gbnf import to_gbnf


@pytest.mark.parametrize(
    ('expression', 'grammar'),
    [
        ('abc', '"abc"'),
        (r'\(a\)\n\t', r'"(a)\n\t"'),
        ('[0-9]{1,4}', '[0-9]{1,4}'),
        ('-?[0-9]', '"-"? [0-9]'),
        ('[^<]{0,4000}', '[^<]*'),
        (r'[^"\\<>]{0,200}', r'[^"\\<>]{0,200}'),
        ('(a|b){2}c', '("a" | "b"){2} "c"'),
        (r'x(\.[0-9]{1,2})?', r'"x" ("." [0-9]{1,2})?'),
        ('', '""'),
    ],
)
def test_each_part_is_written_as_llama_cpp_reads_it(expression, grammar):
    assert to_gbnf(expression) == f'root ::= {grammar}'


@pytest.mark.parametrize(
    'expression', [r'\d', 'a)', '(a', '.', '[', r'a\b', '^a', 'a{2', '*', r'[\d]']
)
def test_what_cannot_be_said_is_refused_and_not_guessed(expression):
    with pytest.raises(ParameterError, match='cannot be a grammar of llama.cpp'):
        to_gbnf(expression)


SAMPLES = (
    '<think></think>\n<answer>(1,2),(30,400)</answer>',
    '<think>a "red" mug</think>\n<answer>(1,2),(30,400)</answer>',
    '<think></think>\n<answer>(1, 2.5, -3, 4)</answer>',
    '```json\n[\n\t{"bbox_2d": [1, 2, 3, 4]',
    '<answer>(1,2)</answer>',
    '(1,2),(3,4)',
)


@pytest.mark.parametrize('prompts', ['realvlg', 'qwen2_5_vl', 'qwen3_vl'])
@pytest.mark.parametrize('thinking', [False, True])
def test_a_grammar_takes_the_answers_that_its_expression_takes(prompts, thinking):
    read = PromptSet.from_yaml(find_prompts(prompts))
    taken = 0
    for task in read.tasks:
        expression = answer_expression(read, Task(task), thinking)
        written = gbnf_to_regex(to_gbnf(expression))
        for sample in SAMPLES:
            assert bool(re.fullmatch(written, sample)) == bool(re.fullmatch(expression, sample))
            taken += bool(re.fullmatch(expression, sample))
    assert taken
