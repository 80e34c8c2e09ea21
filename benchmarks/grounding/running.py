"""Scenes by their seeds, in several processes: what was answered, what was found."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache

from benchmarks.grounding.discovery import Discovery, discover
from benchmarks.grounding.judging import REFUSED, Verdict, judge
from benchmarks.grounding.scenes import make_scene
from benchmarks.grounding.sentences import Sentence, make_sentences
from benchmarks.grounding.truth import Truth
from realvlg_ros.errors import RealvlgError
from realvlg_ros.grounding.grounding import never_aborted
from realvlg_ros.grounding.tabletop import TabletopGrounder
from realvlg_ros.threads import limit_threads


@dataclass(frozen=True)
class Answered:
    """A sentence about a scene and what came of it.

    Attributes:
        seed: of the scene.
        sentence: that was asked.
        verdict: on the answer.
        status: of the answer.
        message: of the answer.
        milliseconds: that it took.
    """

    seed: int
    sentence: Sentence
    verdict: Verdict
    status: str
    message: str
    milliseconds: float


@dataclass(frozen=True)
class Told:
    """What came of one scene.

    Attributes:
        answers: to its sentences; none where only objects were asked for.
        discovery: of its things.
    """

    answers: tuple[Answered, ...]
    discovery: Discovery


@cache
def _grounder() -> TabletopGrounder:
    grounder = TabletopGrounder()
    grounder.load()
    return grounder


def run_scene(seed: int, only_objects: bool = False) -> Told:
    """Make, render and ask about the scene of a seed."""
    limit_threads(1)
    truth = truth_of(seed)
    frame = truth.rendered.frame
    scene, objects = _grounder().see(frame)
    shape = frame.depth.shape
    masks = [scene.in_frame(o.region, frame.camera).to_full(*shape) for o in objects]
    found = discover(truth, masks)
    if only_objects or not truth.seen:
        return Told((), found)
    return Told(tuple(_ask(truth, s) for s in make_sentences(truth, seed)), found)


def truth_of(seed: int) -> Truth:
    """What is true of the scene of a seed."""
    scene = make_scene(seed)
    return Truth.of(scene, scene.render())


def _ask(truth: Truth, sentence: Sentence) -> Answered:
    seed = truth.scene.seed
    try:
        answer = _grounder().ground(truth.rendered.frame, sentence.text, never_aborted)
    except RealvlgError as error:
        return Answered(seed, sentence, Verdict(REFUSED), 'REFUSED', str(error), 0.0)
    verdict = judge(sentence, truth, answer)
    spent = sum(answer.timings_ms.values())
    said = answer.question or answer.message
    return Answered(seed, sentence, verdict, answer.status.name, said, spent)


def _only_objects(seed: int) -> Told:
    return run_scene(seed, only_objects=True)


def run_scenes(seeds: Sequence[int], processes: int, only_objects: bool) -> Iterator[Told]:
    """What came of every scene, in order.

    Args:
        seeds: of the scenes.
        processes: at the same time.
        only_objects: ask nothing.
    """
    run = _only_objects if only_objects else run_scene
    if processes < 2:
        yield from map(run, seeds)
        return
    context = multiprocessing.get_context('spawn')
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(run, seeds)
