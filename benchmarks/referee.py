"""How often the second opinion is right about a model's box: `python -m benchmarks.referee`.

Simulated scenes with sentences made from their truth. The model is one that answers with the true
box, off by up to 4 % of a side, or with a wrong one: of a thing that shows another colour, around
two things that stand apart, of the bare table, or scaled by 2 % about the middle of the image.
Real frames with phrases and boxes (REALVLG_FRAMES) are asked with their true boxes.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.grounding.frames import FRAMES, read_questions
from benchmarks.grounding.running import truth_of
from benchmarks.grounding.sentences import Sentence, make_sentences
from benchmarks.grounding.truth import Seen, Truth
from benchmarks.report import Goal, Report, argument_parser
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.frame_folder import read_frame
from realvlg_ros.grounding.language.sentences.parser import understand
from realvlg_ros.grounding.opinion.box_content import around
from realvlg_ros.grounding.opinion.referee import Opinion, Referee
from realvlg_ros.grounding.opinion.seen_things import SeenThings
from realvlg_ros.image_region import Box

_SCENES, _QUICK, _OFF, _SCALE = 120, 12, 0.04, 1.02
# Shares of vetoes: of true boxes at most, of wrong ones at least. Of boxes around two things those
# are not told in which others touch both.
_GOALS = {
    'true': Goal('<=', 0.05), 'scaled': Goal('<=', 0.05), 'real_true': Goal('<=', 0.1),
    'other_color': Goal('>=', 0.7), 'bare': Goal('>=', 0.8), 'two': Goal('>=', 0.6),
}  # fmt: skip
# Sides of a box on the bare table, px, and tries to find it.
_BARE_PX, _TRIES = 70, 40


@dataclass(frozen=True)
class Judged:
    """The opinion on one box.

    Attributes:
        kind: of the box.
        opinion: what was said against it.
        asked: the sentence, and its scene.
    """

    kind: str
    opinion: Opinion
    asked: str


def outline(thing: Seen) -> Box:
    """The true box of a thing, px."""
    rows, columns = np.nonzero(thing.mask)
    return Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)


def drawn(box: Box, rng: np.random.Generator, frame: RgbdFrame) -> Box:
    """The box as a model draws it."""
    off = rng.uniform(-_OFF, _OFF, 4) * (box.width, box.height, box.width, box.height)
    corners = Box(*(np.array(box.as_tuple()) + off))
    return corners.clipped(frame.camera.width, frame.camera.height)


def scaled(box: Box, frame: RgbdFrame) -> Box:
    """The box scaled about the middle of the image."""
    middle = np.array([frame.camera.width, frame.camera.height] * 2) / 2
    corners = middle + _SCALE * (np.array(box.as_tuple()) - middle)
    return Box(*corners).clipped(frame.camera.width, frame.camera.height)


def boxes_of(
    truth: Truth, sentence: Sentence, rng: np.random.Generator
) -> Iterator[tuple[str, Box]]:
    """The boxes that a right model and wrong ones draw for a sentence."""
    frame = truth.rendered.frame
    meant = [thing for thing in truth.clear if thing.index in sentence.things[:1]]
    for thing in meant:
        yield 'true', drawn(outline(thing), rng, frame)
        yield 'scaled', scaled(outline(thing), frame)
        for other in truth.clear:
            apart = other.index not in sentence.things and other.free and thing.free
            if apart and not np.isclose(thing.gap(other), 0, atol=0.02):
                yield 'two', around([outline(thing), outline(other)])
                break
        if sentence.kind == 'color' or f' {thing.color} ' in f' {sentence.text} ':
            wrong = [o for o in truth.clear if not o.may_be(thing.color) and o.paint_seen]
            for other in wrong[:1]:
                yield 'other_color', drawn(outline(other), rng, frame)
    bare = _bare(truth, rng)
    if bare is not None and meant:
        yield 'bare', bare


def _bare(truth: Truth, rng: np.random.Generator) -> Box | None:
    """A box in which nothing but the table is seen."""
    frame = truth.rendered.frame
    taken = np.any([thing.mask for thing in truth.seen], axis=0)
    for _ in range(_TRIES):
        x = int(rng.integers(0, frame.camera.width - _BARE_PX))
        y = int(rng.integers(frame.camera.height // 3, frame.camera.height - _BARE_PX))
        if not taken[y : y + _BARE_PX, x : x + _BARE_PX].any() and not truth.scene.in_bin:
            return Box(x, y, x + _BARE_PX, y + _BARE_PX)
    return None


def judge_scene(seed: int) -> Iterator[Judged]:
    """Opinions on the boxes of one scene's sentences."""
    truth, rng = truth_of(seed), np.random.default_rng(seed)
    if not truth.seen:
        return
    frame = truth.rendered.frame
    seen = SeenThings.of(frame)
    for sentence in make_sentences(truth, seed):
        if sentence.status != 'OK':
            continue
        for kind, box in boxes_of(truth, sentence, rng):
            opinion = Referee().look(frame, understand(sentence.text), sentence.text, box, seen)
            yield Judged(kind, opinion, f'{seed}: {sentence.text}')


def judge_frames(folder: Path) -> Iterator[Judged]:
    """Opinions on the true boxes of phrases about real frames."""
    frames: dict[Path, tuple[RgbdFrame, SeenThings]] = {}
    for question in read_questions(folder):
        if question.decided_by == 'ambiguous' or len(question.boxes) != 1:
            continue
        if question.frame not in frames:
            frame = read_frame(question.frame)
            frames[question.frame] = frame, SeenThings.of(frame)
        frame, seen = frames[question.frame]
        box = question.boxes[0].clipped(frame.camera.width, frame.camera.height)
        sentence = understand(question.phrase)
        opinion = Referee().look(frame, sentence, question.phrase, box, seen)
        yield Judged('real_true', opinion, f'{question.frame.name}: {question.phrase}')


def main() -> None:
    """Read the command line and measure."""
    parser = argument_parser('referee', __doc__ or '')
    parser.add_argument('--scenes', type=int, default=_SCENES, help='how many simulated scenes')
    parser.add_argument('--seed', type=int, default=500_000, help='of the first scene')
    parser.add_argument('--tell', action='store_true', help='print what was decided wrongly')
    arguments = parser.parse_args()
    count = _QUICK if arguments.quick else arguments.scenes
    judged = defaultdict(list)
    for seed in range(arguments.seed, arguments.seed + count):
        for each in judge_scene(seed):
            judged[each.kind].append(each)
    for each in judge_frames(Path(os.environ.get('REALVLG_FRAMES', FRAMES))):
        judged[each.kind].append(each)
    report = Report('referee')
    for kind, opinions in sorted(judged.items()):
        vetoed = [bool(each.opinion.against) for each in opinions]
        right = _GOALS[kind].op == '<='
        report.add(f'boxes_{kind}', len(opinions))
        report.add(f'vetoed_{kind}', float(np.mean(vetoed)), _GOALS[kind])
        if arguments.tell:
            for each, veto in zip(opinions, vetoed, strict=True):
                if veto is right:
                    print(f'{kind} {each.asked}: {each.opinion.against or "nothing said"}')
    report.finish(arguments.json)


if __name__ == '__main__':
    main()
