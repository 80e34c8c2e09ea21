"""Runs stories by their seeds, in several processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache

from benchmarks.honesty.core import Player, Told
from benchmarks.honesty.schedule import in_graph, kind_of
from benchmarks.honesty.stories import tell
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grounding.grounding import Grounder
from realvlg_ros.grounding.registry import make_grounder
from realvlg_ros.resources import gripper_file
from realvlg_ros.threads import limit_threads

GRIPPER = 'franka_hand'


@cache
def _embedded() -> Grounder:
    """The embedded grounder, loaded."""
    grounder = make_grounder('tabletop')
    grounder.load()
    return grounder


def run_story(seed: int) -> Told:
    """Tell and play the story of a seed."""
    limit_threads(1)
    gripper = Gripper.from_yaml(gripper_file(GRIPPER))
    kind = kind_of(seed)
    if not in_graph(kind):
        return Player(tell(kind, seed), seed, gripper, _embedded()).play()
    # ROS is needed for these only.
    from benchmarks.honesty.graph import GraphPlayer
    from benchmarks.honesty.graph_stories import tell_graph

    return GraphPlayer(tell_graph(kind, seed, _embedded()), seed, gripper).play()


def run_stories(story_seeds: Sequence[int], processes: int) -> Iterator[Told]:
    """What came of every story, in order."""
    if processes < 2:
        yield from map(run_story, story_seeds)
        return
    context = multiprocessing.get_context('spawn')
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(run_story, story_seeds)
