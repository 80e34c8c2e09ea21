"""What tells a part of a thing from a thing that touches another: weights, fitted to scenes.

A pair of objects that touch is a part and its thing where both show one thing of the scene. The
weights are those of a logistic regression; a fifth of the scenes at a time is judged by weights
that were fitted to the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.grounding.running import truth_of
from benchmarks.report import Goal, Report, format_table
from realvlg_ros.arrays import FloatArray, Int32Array
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.tabletop import TabletopGrounder
from realvlg_ros.grounding.tabletop.bond import EVIDENCE
from realvlg_ros.grounding.tabletop.segmentation import segment
from realvlg_ros.grounding.tabletop.segmentation_settings import SegmentationSettings

# An object shows a thing when so much of it lies on it.
_SHOWS = 0.7
# Weight of large weights: they are pulled to zero, by the spread of what they weigh.
_RIDGE = 2.0
_FOLDS, _STEPS = 5, 50
# A thing is doubtful when it is a part with this chance.
_DOUBT = 0.2


@dataclass(frozen=True)
class Pair:
    """Two objects that touch.

    Attributes:
        seed: of the scene.
        evidence: (n,) what speaks for one's being a part of the other.
        is_part: whether both show one thing.
    """

    seed: int
    evidence: FloatArray
    is_part: bool


def pairs_of(frame: RgbdFrame, instances: Int32Array, things: int, seed: int) -> list[Pair]:
    """The pairs of objects that are seen in a frame and touch.

    Args:
        frame: colour and depth.
        instances: (height, width) number of the thing at each pixel, from 1; 0 for the support.
        things: how many there are; larger numbers are of a bin.
        seed: of the scene.
    """
    grounder = TabletopGrounder()
    scene, _ = grounder.see(frame)
    if not scene.has_support:
        return []
    segments = segment(scene, SegmentationSettings())
    shape = frame.depth.shape
    shown = []
    for item in segments:
        mask = scene.in_frame(item.region, frame.camera).to_full(*shape)
        counts = np.bincount(instances[mask], minlength=things + 2)
        best = int(counts.argmax())
        shown.append(best if counts[best] > _SHOWS * mask.sum() else -1)
    return [
        Pair(seed, bond.evidence, shown[index] == shown[other] and shown[index] <= things)
        for index, item in enumerate(segments)
        for other, bond in item.bonds
        if shown[index] > 0 and shown[other] > 0
    ]


def fitted(evidence: FloatArray, is_part: FloatArray) -> FloatArray:
    """Bias and weights (n + 1,) of a logistic regression.

    Args:
        evidence: (pairs, n).
        is_part: (pairs,) 1 for parts, else 0.
    """
    middle, spread = evidence.mean(axis=0), evidence.std(axis=0) + 1e-9
    terms = np.column_stack([np.ones(len(evidence)), (evidence - middle) / spread])
    pull = _RIDGE * np.eye(terms.shape[1])
    pull[0, 0] = 0
    weights = np.zeros(terms.shape[1])
    for _ in range(_STEPS):
        chance = _chances(terms, weights)
        slope = terms.T @ (chance - is_part) + pull @ weights
        curve = terms.T @ (terms * (chance * (1 - chance))[:, None]) + pull
        weights = weights - np.linalg.solve(curve, slope)
    scaled = weights[1:] / spread
    return np.append(weights[0] - scaled @ middle, scaled)


def _chances(terms: FloatArray, weights: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-terms @ weights)))


def judged(pairs: Sequence[Pair]) -> tuple[FloatArray, FloatArray]:
    """The chance (pairs,) of each, by weights fitted to other scenes, and whether it is a part."""
    evidence = np.array([pair.evidence for pair in pairs])
    is_part = np.array([pair.is_part for pair in pairs], np.float64)
    fold = np.array([pair.seed for pair in pairs]) % _FOLDS
    chances = np.zeros(len(pairs))
    for number in range(_FOLDS):
        own = fold == number
        weights = fitted(evidence[~own], is_part[~own])
        chances[own] = _chances(np.column_stack([np.ones(own.sum()), evidence[own]]), weights)
    return chances, is_part


def summarize(pairs: Sequence[Pair], report: Report) -> None:
    """Print the weights of all pairs, and add how well those of four fifths judge the rest."""
    chances, is_part = judged(pairs)
    weights = fitted(np.array([pair.evidence for pair in pairs]), is_part)
    rows = zip(('bias', *EVIDENCE), (f'{weight:.2f}' for weight in weights), strict=True)
    print(format_table(('evidence', 'weight'), list(rows)))
    doubted, parts = chances > _DOUBT, is_part > 0
    report.add('pairs', len(pairs))
    report.add('parts', int(parts.sum()))
    report.add('parts_doubted_share', float(doubted[parts].mean()), Goal('>=', 0.8))
    report.add('things_doubted_share', float(doubted[~parts].mean()), Goal('<=', 0.2))


def run_parts(seeds: Sequence[int], report: Report) -> None:
    """Fit weights to the scenes of seeds, and add the figures."""
    pairs = []
    for seed in seeds:
        truth = truth_of(seed)
        frame, instances = truth.rendered.frame, truth.rendered.instance_ids
        pairs += pairs_of(frame, instances, len(truth.scene.placed), seed)
    summarize(pairs, report)
