"""Tables and figures of answers and of found objects."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.grounding.discovery import Discovered, Discovery
from benchmarks.grounding.judging import ASKED, OUTCOMES, RIGHT, WRONG
from benchmarks.grounding.running import Answered
from benchmarks.report import Goal, Report, format_table


def kind_table(answers: Sequence[Answered]) -> str:
    """Outcomes by kind of sentence, for people."""
    rows = []
    for kind in sorted({a.sentence.kind for a in answers}):
        own = [a for a in answers if a.sentence.kind == kind]
        counts = Counter(a.verdict.outcome for a in own)
        offered = sum(a.verdict.offered for a in own if a.verdict.outcome == ASKED)
        ious = [a.verdict.iou for a in own if np.isfinite(a.verdict.iou)]
        median = f'{np.median(ious):.2f}' if ious else ''
        rows.append(
            (kind, own[0].sentence.status, len(own), *(counts[o] for o in OUTCOMES), offered,
             f'{counts[RIGHT] / len(own):.0%}', f'{counts[WRONG] / len(own):.1%}', median)
        )  # fmt: skip
    header = ('kind', 'expected', 'asked', *OUTCOMES, 'offered', 'right', 'wrong', 'IoU')
    return format_table(header, rows)


def object_table(found: Sequence[Discovery]) -> str:
    """What became of things by what they are, where they are and how they are seen."""
    things = [thing for scene in found for thing in scene.things]
    rows = [('all', *_row(things))]
    for place in range(len(things[0].near) if things else 0):
        for value in sorted({thing.near[place] for thing in things}):
            rows.append((value, *_row([t for t in things if t.near[place] == value])))
    return format_table(('things', 'count', 'matched', 'split', 'merged', 'IoU'), rows)


def _row(things: Sequence[Discovered]) -> tuple[str, ...]:
    count = len(things)
    return (
        str(count),
        f'{sum(t.matched for t in things) / count:.1%}',
        f'{sum(t.parts > 1 for t in things) / count:.1%}',
        f'{sum(t.merged for t in things) / count:.1%}',
        f'{np.median([t.iou for t in things]):.2f}',
    )


def add_answers(report: Report, answers: Sequence[Answered]) -> None:
    """Figures and goals of the answers."""
    report.add('sentences', len(answers))
    for status in ('OK', 'AMBIGUOUS', 'NOT_FOUND'):
        own = [a for a in answers if a.sentence.status == status and not a.sentence.needs_noun]
        key = f'{status.lower()}_right_share'
        report.add(key, _share(own, RIGHT), Goal('>=', 0.95))
    kinds = sorted({a.sentence.kind for a in answers})
    report.add('kinds', len(kinds), Goal('>=', 12))
    worst = 0.0
    for kind in kinds:
        own = [a for a in answers if a.sentence.kind == kind]
        share = _share(own, WRONG)
        worst = max(worst, share)
        report.add(f'{kind.replace(" ", "_")}_wrong_share', share, Goal('<=', 0.02))
    report.add('worst_wrong_share', worst, Goal('<=', 0.02))
    ious = [a.verdict.iou for a in answers if np.isfinite(a.verdict.iou)]
    report.add('mask_iou_median', float(np.median(ious)) if ious else np.nan, Goal('>=', 0.85))
    report.add('mask_iou_5th_percentile', float(np.percentile(ious, 5)) if ious else np.nan)
    report.add_timing('grounding', [a.milliseconds for a in answers])
    median = report.figures['grounding_median_ms']
    report.add('p95_by_median', report.figures['grounding_p95_ms'] / median, Goal('<=', 1.6))


def add_objects(report: Report, found: Sequence[Discovery]) -> None:
    """Figures of what was found."""
    things = [thing for scene in found for thing in scene.things]
    clear = [thing for thing in things if 'clear' in thing.near]
    report.add('things', len(things))
    report.add('matched_share', float(np.mean([t.matched for t in things])))
    report.add('clear_matched_share', float(np.mean([t.matched for t in clear])))
    report.add('split_share', float(np.mean([t.parts > 1 for t in things])))
    report.add('merged_share', float(np.mean([t.merged for t in things])))
    report.add('strays_in_a_scene', sum(s.strays for s in found) / max(len(found), 1))


def append_log(path: Path, answers: Sequence[Answered]) -> None:
    """Append answers to a file, a line of JSON each."""
    with path.open('a') as file:
        for a in answers:
            row = {
                'seed': a.seed, 'kind': a.sentence.kind, 'text': a.sentence.text,
                'expected': a.sentence.status, 'things': a.sentence.things,
                'outcome': a.verdict.outcome, 'taken': a.verdict.taken,
                'offered': a.verdict.offered, 'status': a.status, 'message': a.message,
            }  # fmt: skip
            file.write(json.dumps(row) + '\n')


def append_things(path: Path, found: Discovery) -> None:
    """Append what became of things to a file, a line of JSON each."""
    with path.open('a') as file:
        for t in found.things:
            row = {
                'seed': t.seed, 'name': t.name, 'iou': round(t.iou, 3), 'parts': t.parts,
                'merged': t.merged, 'near': t.near,
            }  # fmt: skip
            file.write(json.dumps(row) + '\n')


def _share(answers: Sequence[Answered], outcome: str) -> float:
    if not answers:
        return float('nan')
    return sum(a.verdict.outcome == outcome for a in answers) / len(answers)
