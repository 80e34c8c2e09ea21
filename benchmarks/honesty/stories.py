"""Short stories of a stream with several goals, each drawn at random from its seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from benchmarks.honesty import shots
from benchmarks.honesty.scenes import (
    CAMERA,
    Scene,
    beside,
    block,
    is_free,
    moved,
    random_scene,
    standing_at,
    without,
)
from benchmarks.honesty.shots import Fault
from benchmarks.honesty.story import Ask, Moment, Story
from realvlg_ros.closed_loop.visibility import well_seen
from realvlg_ros.simulation.world import World

# Frames before the first goal and from one goal to the next. Chosen: a fraction of a second.
_WARM, _BETWEEN = 4, 7
# Scenes that are tried for a story. Chosen: nearly every story finds one.
_ATTEMPTS = 40


@dataclass
class _Draw:
    """A scene and its random numbers, while a story is made of it."""

    rng: np.random.Generator
    scene: Scene
    tf: bool = field(init=False)

    def __post_init__(self) -> None:
        self.tf = bool(self.rng.random() < 0.5)

    @property
    def world(self) -> World:
        return self.scene.world

    @property
    def target(self) -> str:
        return self.scene.target

    def answered(self, start: int) -> int:
        """The frame in which a grounding of this start is answered: 1 to 4 frames later."""
        return start + int(self.rng.integers(1, 5))


def _clean(draw: _Draw) -> Story:
    """Nothing happens; it is asked twice."""
    first = draw.answered(_WARM)
    again = first + _BETWEEN
    asks = [Ask(_WARM, first, False), Ask(again, draw.answered(again), False)]
    return Story('', draw.scene, [Moment(draw.world)], [0], asks, draw.tf)


def _between(draw: _Draw, after: Moment) -> Story:
    """Something happens between two goals; the second one is asked in the frame after it."""
    first = draw.answered(_WARM)
    change = first + _BETWEEN
    start = change + int(draw.rng.integers(0, 2))
    second = draw.answered(start)
    third = second + 2 * _BETWEEN
    asks = [
        Ask(_WARM, first, False),
        Ask(start, second, True),
        Ask(third, draw.answered(third), True),
    ]
    moments = [Moment(draw.world), after]
    return Story('', draw.scene, moments, [0] * change + [1], asks, draw.tf)


def _while_asked(draw: _Draw, after: Moment) -> Story:
    """Something happens after the frame that is grounded and before it is answered."""
    asks, start = [], _WARM
    if draw.rng.random() < 0.5:
        asks.append(Ask(_WARM, _WARM + 2, False))
        start = _WARM + 2 + _BETWEEN
    change = start + int(draw.rng.integers(1, 4))
    grounded = change + int(draw.rng.integers(0, 3))
    again = grounded + 2 * _BETWEEN
    asks += [Ask(start, grounded, True), Ask(again, draw.answered(again), True)]
    return Story('', draw.scene, [Moment(draw.world), after], [0] * change + [1], asks, draw.tf)


def _from_start(draw: _Draw, moment: Moment) -> Story:
    """The fault is there before the first goal."""
    first = draw.answered(_WARM)
    again = first + _BETWEEN
    asks = [Ask(_WARM, first, True), Ask(again, draw.answered(again), True)]
    return Story('', draw.scene, [moment], [0], asks, draw.tf)


def _sometimes_from_start(draw: _Draw, moment: Moment) -> Story:
    """From the start or, as when a driver restarts, between two goals."""
    return (_from_start if draw.rng.random() < 0.5 else _between)(draw, moment)


def _with_block(draw: _Draw) -> World | None:
    gap = float(draw.rng.uniform(0.003, 0.015))
    return beside(draw.world, draw.target, block(draw.rng), gap, draw.rng)


def _appears(draw: _Draw, tell: Callable[[_Draw, Moment], Story]) -> Story | None:
    world = _with_block(draw)
    return None if world is None else tell(draw, Moment(world))


def _pushed_against(draw: _Draw) -> Story | None:
    """Another object of the scene is moved beside the target."""
    rest = [o for o in draw.world.objects if o.name != draw.target]
    if not rest:
        return None
    item = rest[int(draw.rng.integers(len(rest)))]
    away = without(draw.world, item.name)
    gap = float(draw.rng.uniform(0.003, 0.012))
    upright = item.pose.copy()
    upright[:2, 3] = 0
    world = beside(away, draw.target, replace(item, pose=upright), gap, draw.rng)
    return None if world is None else _between(draw, Moment(world))


def _moves(
    draw: _Draw, low: float, high: float, tell: Callable[[_Draw, Moment], Story]
) -> Story | None:
    """The target is pushed; it stays in sight and free of others."""
    for _ in range(30):
        angle, reach = draw.rng.uniform(-np.pi, np.pi), draw.rng.uniform(low, high)
        shift = (reach * np.cos(angle), reach * np.sin(angle))
        turn = float(draw.rng.uniform(-1, 1)) if draw.rng.random() < 0.5 else 0.0
        world = moved(draw.world, draw.target, shift, turn)
        if is_free(world, draw.target) and well_seen(
            world.objects, draw.target, CAMERA, draw.scene.camera2world
        ):
            return tell(draw, Moment(world))
    return None


def _vanishes(draw: _Draw, tell: Callable[[_Draw, Moment], Story]) -> Story:
    return tell(draw, Moment(without(draw.world, draw.target)))


def _swapped(draw: _Draw) -> Story | None:
    """While it is asked, the target is taken away and something else put in its place."""
    away = without(draw.world, draw.target)
    item = block(draw.rng, 'another')
    x, y = draw.world.object(draw.target).pose[:2, 3]
    added = standing_at(away, item, float(x), float(y), draw.rng)
    return None if added is None else _while_asked(draw, Moment(added))


def _patch_on_object(draw: _Draw) -> Story:
    share, seed = float(draw.rng.uniform(0.2, 0.7)), int(draw.rng.integers(2**31))
    region = shots.part_of_object(draw.target, share, seed)
    return _sometimes_from_start(draw, Moment(draw.world, shots.without_depth(region)))


def _near_hole(draw: _Draw) -> Story:
    """The object is nearer than the camera can measure, or gives hardly any reading."""
    share, seed = float(draw.rng.uniform(0.8, 0.97)), int(draw.rng.integers(2**31))
    region = shots.sprinkled_object(draw.target, share, seed)
    if draw.rng.random() < 0.5:
        region = shots.nearest_of_object(draw.target, share)
    return _from_start(draw, Moment(draw.world, shots.without_depth(region)))


def _black_block(draw: _Draw) -> Story | None:
    """A block beside the target gives no depth: from the start, or it appears."""
    world = _with_block(draw)
    if world is None:
        return None
    region = shots.around_object('block', int(draw.rng.integers(0, 6)))
    return _sometimes_from_start(draw, Moment(world, shots.without_depth(region)))


def _black_table(draw: _Draw) -> Story:
    fault = shots.without_depth(shots.all_but_objects)
    return _sometimes_from_start(draw, Moment(draw.world, fault))


def _no_depth(draw: _Draw) -> Story:
    fault = shots.without_depth(shots.everything)
    return _sometimes_from_start(draw, Moment(draw.world, fault))


def _one_of(*faults: Fault) -> Callable[[_Draw], Story]:
    def tell(draw: _Draw) -> Story:
        fault = faults[int(draw.rng.integers(len(faults)))]
        return _sometimes_from_start(draw, Moment(draw.world, fault))

    return tell


def _tf_goes(draw: _Draw) -> Story:
    draw.tf = True
    return _between(draw, Moment(draw.world, shots.without_tf))


def _stamps(draw: _Draw) -> Story:
    """One zero stamp, a jump back as of a bag that loops, or a gap."""
    which = int(draw.rng.integers(3))
    if which:
        fault = shots.shifted_stamp((-3.0, 5.0)[which - 1])
        return _between(draw, Moment(draw.world, fault))
    story = _between(draw, Moment(draw.world, shots.zero_stamp))
    change = len(story.timeline) - 1
    moments = [*story.moments, Moment(draw.world)]
    return Story('', draw.scene, moments, [0] * change + [1, 2], story.asks, draw.tf)


_SCALES = (
    shots.scaled_depth(10), shots.scaled_depth(4), shots.scaled_depth(0.25),
    shots.float_depth(1000), shots.float_depth(100),
)  # fmt: skip
_CAMERAS = (
    shots.origin_at_corner,
    shots.identity_intrinsics,
    shots.half_focal,
)

# Each kind of story on the core: how many of 300, and how it is told.
KINDS: dict[str, tuple[int, Callable[[_Draw], Story | None]]] = {
    'clean': (104, _clean),
    'appears beside': (14, lambda d: _appears(d, _between)),
    'appears while asked': (10, lambda d: _appears(d, _while_asked)),
    'pushed against': (8, _pushed_against),
    'moves a little': (8, lambda d: _moves(d, 0.01, 0.08, _between)),
    'moves while asked': (8, lambda d: _moves(d, 0.01, 0.15, _while_asked)),
    'jumps 25 cm': (5, lambda d: _moves(d, 0.18, 0.28, _between)),
    'jumps while asked': (6, lambda d: _moves(d, 0.18, 0.28, _while_asked)),
    'vanishes': (4, lambda d: _vanishes(d, _between)),
    'vanishes while asked': (8, lambda d: _vanishes(d, _while_asked)),
    'swapped while asked': (9, _swapped),
    'depth lost on it': (10, _patch_on_object),
    'most depth lost on it': (4, _near_hole),
    'depth lost beside it': (10, _black_block),
    'depth lost on table': (8, _black_table),
    'depth lost': (4, _no_depth),
    'depth scale': (8, _one_of(*_SCALES)),
    'intrinsics': (6, _one_of(*_CAMERAS)),
    'tf goes': (3, _tf_goes),
    'stamps': (3, _stamps),
}


def tell(kind: str, seed: int) -> Story:
    """Make a story of a kind.

    Args:
        kind: one of KINDS.
        seed: equal seeds give equal stories.

    Raises:
        RuntimeError: no scene was fit for it.
    """
    rng = np.random.default_rng(seed)
    near = (0.3, 0.5) if kind == 'most depth lost on it' else (0.4, 1.0)
    for _ in range(_ATTEMPTS):
        story = KINDS[kind][1](_Draw(rng, random_scene(rng, *near)))
        if story is not None:
            return replace(story, kind=kind)
    raise RuntimeError(f'{kind}: none of {_ATTEMPTS} scenes is fit for it')
