"""Answers of every family of models, behind the names of their prompts and their task."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from benchmarks.fuzz.target import Target
from realvlg_ros.grounding.realvlg.answer.answer_text import number_ranges
from realvlg_ros.grounding.realvlg.answer.reading import read_reply
from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task, find_prompts

_ROWS = (
    ('qwen2_5_vl', 'box', '```json\n[\n\t{"bbox_2d": [61, 19, 322, 357], "label": "mug"}\n]\n```'),
    ('qwen3_vl', 'boxes', '```json\n[\n\t{"bbox_2d": [250, 250, 500, 750], "label": "mug"},\n\t'
     '{"bbox_2d": [0, 0, 100, 100], "label": "mug"}\n]\n```'),
    ('qwen3_vl', 'box', "The [red] mug is {'bbox_2d': [250, 250, 500, 750]}."),
    ('qwen3_5', 'box', '<think>[left] {"bbox_2d": [1, 1, 2, 2]}</think>\n[[250, 250, 500, 750]]'),
    ('cosmos3', 'point', '[\n    {"point_2d": [250, 500], "label": "target point"}\n]'),
    ('molmo2', 'point', '<points coords="1 1 250 500 2 050 005">red mugs</points>'),
    ('molmo2', 'point', '<points x1="61.5" y1="40.2" x2="1.5" y2="4.2" alt="mug">mug</points>'),
    ('gemini_er', 'boxes', '[{"box_2d": [250, 250, 750, 500], "label": "mug"}]'),
    ('roborefer', 'point', '[(0.25, 0.5), (0.05, 0.01)]'),
    ('locateanything', 'box', '<ref>red mug</ref><box><250><250><500><750></box>'),
    ('locateanything', 'box', '<ref>mug</ref><box>none</box>'),
    ('realvlg', 'grasp', '<think>(1, 2)</think>\n<answer>(70.25, 41.5, -38.5, 30)</answer>'),
)  # fmt: skip


def _answers(_: Path) -> Mapping[str, bytes]:
    return {
        f'{number}.txt': f'{name} {task}\n{text}'.encode()
        for number, (name, task, text) in enumerate(_ROWS)
    }


@cache
def _prompts(name: str) -> PromptSet:
    return PromptSet.from_yaml(find_prompts(name))


def _answer(data: bytes, _: Path) -> object:
    asked, _break, text = data.decode('utf-8', 'replace').partition('\n')
    known = {f'{row[0]} {row[1]}': (row[0], Task(row[1])) for row in _ROWS}
    name, task = known.get(asked, ('qwen3_vl', Task.BOXES))
    side = 1 if name == 'roborefer' else 1000
    reply = read_reply(text, _prompts(name).task(task), number_ranges(task, side, side))
    # What is read can be used: finite numbers, as many as the task has.
    assert all(len(item.values) == len(task.fields) for item in reply.items)
    return reply


TARGETS = (Target('answer of a family', _answers, _answer, weight=60),)
