"""The figures of the annotation benchmark, worked out by hand."""

from dataclasses import replace

import pytest

from benchmarks.annotation import Found, Told, summarize
from benchmarks.report import Report

GOOD = Found(0, 'agreed', (), 'red_mug_1', 0.9, 0.8, True, 'valid', 'the red object')


def test_what_is_agreed_is_compared_with_the_truth(capsys):
    other = replace(GOOD, thing='red_can_2', box_iou=0.4, grasp='closes on air')
    doubtful = replace(GOOD, status='doubtful', failures=('no_grasp',), thing='', grasp='none')
    told = [Told((GOOD, other, doubtful), ('red_mug_1', 'red_can_2', 'blue_box_3', 'red_ball_4'))]
    report = Report('annotation')
    summarize(told, report)
    figures = report.figures
    assert figures['agreed_share'] == pytest.approx(2 / 3)
    assert figures['things_labelled_share'] == 0.5
    assert figures['sentence_precision'] == figures['mask_precision'] == 1.0
    assert figures['box_precision'] == figures['grasp_precision'] == 0.5
    assert figures['doubtful_grasp_precision'] == 0.0
    said = capsys.readouterr().out
    assert 'closes on air' in said and 'no_grasp' in said
