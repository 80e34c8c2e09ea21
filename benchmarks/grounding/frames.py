"""How well a grounder answers phrases about real frames, and finds what is drawn in them.

Every phrase of every frame's objects_seen.json is asked. A phrase's `decided_by` says what singles
its object out: `attributes` (colour, size, place), `noun` (only recognising the thing), or
`ambiguous` (several fit, so asking back is right).
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.report import Goal, Report, format_table
from realvlg_ros.errors import RealvlgError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.frame_folder import read_frame
from realvlg_ros.grounding.grounding import Grounder, Grounding, GroundingStatus, never_aborted
from realvlg_ros.grounding.registry import make_grounder
from realvlg_ros.grounding.tabletop import TabletopGrounder
from realvlg_ros.image_region import Box

FRAMES = Path(__file__).parents[2] / '../shared/data/rgbd'
# Sequences whose boxes hold for one frame only or whose intrinsics are a placeholder.
LEFT_OUT = ('static_tubes_sequence', 'princeton_bin_sequence')
RIGHT_IOU = 0.5
ROUGHLY_RIGHT_IOU = 0.3
OUTCOMES = ('right', 'roughly_right', 'asked_back', 'not_found', 'wrong', 'refused')


@dataclass(frozen=True)
class Question:
    """A phrase about a frame and the boxes that answer it."""

    frame: Path
    phrase: str
    decided_by: str
    boxes: tuple[Box, ...]


def run_frames(folder: Path, backend: str, quick: bool, report: Report) -> bool:
    """Ask all phrases of the frames under a folder; False where there are none.

    Args:
        folder: of SOURCE/FRAME folders.
        backend: name of the grounder.
        quick: ask every fourth only.
        report: takes the figures.
    """
    questions = read_questions(folder)
    if not questions:
        return False
    grounder = make_grounder(backend, allowed=(backend,))
    grounder.load()
    ask_all(grounder, questions[:: 4 if quick else 1], report)
    grounder.close()
    if backend == 'tabletop':
        find_all(folder, report)
    return True


def read_questions(folder: Path) -> list[Question]:
    """The questions of all frames under a folder, each phrase of a frame once."""
    questions = []
    for path in sorted(folder.glob('*/*/objects_seen.json')):
        if path.parent.parent.name in LEFT_OUT:
            continue
        boxes: dict[str, list[Box]] = {}
        decided_by: dict[str, str] = {}
        for item in json.loads(path.read_text())['objects']:
            boxes.setdefault(item['phrase'], []).append(Box(*item['box_xyxy_approx']))
            decided_by[item['phrase']] = item['decided_by']
        questions += [
            Question(path.parent, phrase, decided_by[phrase], tuple(found))
            for phrase, found in boxes.items()
        ]
    return questions


def ask_all(grounder: Grounder, questions: list[Question], report: Report) -> None:
    """Ask every question, print the answers and add the figures."""
    counts: dict[str, Counter[str]] = {}
    rows, times = [], []
    frames: dict[Path, RgbdFrame] = {}
    for question in questions:
        if question.frame not in frames:
            frames = {question.frame: read_frame(question.frame)}
            grounder.ground(frames[question.frame], 'the object', never_aborted)
        outcome, grounding = ask(grounder, frames[question.frame], question)
        counts.setdefault(question.decided_by, Counter())[outcome] += 1
        score = '' if grounding is None else f'{grounding.score:.2f}'
        if grounding is not None:
            times.append(sum(grounding.timings_ms.values()))
        name = f'{question.frame.parent.name}/{question.frame.name}'
        rows.append((name, question.phrase, question.decided_by, outcome, score))
    print(format_table(('frame', 'phrase', 'decided by', 'outcome', 'score'), rows))
    add_figures(report, counts)
    report.add_timing('grounding', times)


def ask(grounder: Grounder, frame: RgbdFrame, question: Question) -> tuple[str, Grounding | None]:
    """The outcome of one question, and the answer unless it was refused."""
    try:
        grounding = grounder.ground(frame, question.phrase, never_aborted)
    except RealvlgError:
        return 'refused', None
    return judge(grounding, question.boxes), grounding


def judge(grounding: Grounding, boxes: tuple[Box, ...]) -> str:
    """The outcome of an answer, given the boxes drawn by eye."""
    if grounding.status is GroundingStatus.AMBIGUOUS:
        return 'asked_back'
    if grounding.status is not GroundingStatus.OK or grounding.box is None:
        return 'not_found'
    answered = grounding.box
    best = max(boxes, key=answered.iou)
    iou = answered.iou(best)
    if iou >= RIGHT_IOU:
        return 'right'
    x, y = answered.center
    inside = best.x_min <= x < best.x_max and best.y_min <= y < best.y_max
    return 'roughly_right' if inside and iou >= ROUGHLY_RIGHT_IOU else 'wrong'


def add_figures(report: Report, counts: dict[str, Counter[str]]) -> None:
    """Numbers by what decides, and the shares that have goals."""
    total = sum(counts.values(), Counter[str]())
    for kind, outcomes in [*sorted(counts.items()), ('all', total)]:
        for outcome in OUTCOMES:
            report.add(f'{kind}_{outcome}', outcomes[outcome])
    asked = sum(total.values())
    report.add('phrases', asked)
    wrong = total['wrong'] + total['roughly_right']
    report.add('wrong_share', wrong / asked, Goal('<=', 0.1))
    attributes = counts.get('attributes', Counter())
    share = attributes['right'] / sum(attributes.values()) if attributes else np.nan
    report.add('attributes_right_share', share, Goal('>=', 0.7))
    report.add('refused_share', total['refused'] / asked, Goal('<=', 0.0))


def find_all(folder: Path, report: Report) -> None:
    """Compare the objects found in each frame with the boxes drawn by eye."""
    grounder = TabletopGrounder()
    grounder.load()
    rows, ious = [], []
    for path in sorted(folder.glob('*/*/objects_seen.json')):
        if path.parent.parent.name in LEFT_OUT:
            continue
        frame = read_frame(path.parent)
        scene, objects = grounder.see(frame)
        boxes = [scene.in_frame(o.region, frame.camera).box for o in objects]
        for item in json.loads(path.read_text())['objects']:
            drawn = Box(*item['box_xyxy_approx'])
            best = max((box.iou(drawn) for box in boxes), default=0.0)
            ious.append(best)
            if best < RIGHT_IOU:
                rows.append((f'{path.parent.parent.name}/{path.parent.name}', item['name'],
                             f'{best:.2f}', len(boxes)))  # fmt: skip
    print('\nnot found:\n' + format_table(('frame', 'thing', 'best IoU', 'objects'), rows))
    report.add('boxes', len(ious))
    share = float(np.mean([iou >= RIGHT_IOU for iou in ious]))
    report.add('boxes_found_share', share, Goal('>=', 0.85))
