"""How cost grows with pixels, objects and targets: `python -m benchmarks.growth`.

Grounding, planning and a steady update of the tracker, by processor time on one thread, over
simulated tables: images from 480p to 1080p, 2 to 40 objects, 1 to 16 targets. To each series a
power is fitted: cost ~ size ** exponent. An exponent above 1 is worse than linear; near 0 the cost
does not depend on it. One axis varies at a time; the others are fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from benchmarks.references import cpu_ms
from benchmarks.report import Goal, Report, argument_parser, format_table
from realvlg_ros.errors import RealvlgError
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus, never_aborted
from realvlg_ros.grounding.registry import make_grounder
from realvlg_ros.image_region import RegionMask
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.renderer import RenderedFrame, Renderer, RenderSettings
from realvlg_ros.simulation.trajectory import StaticView, d435_camera
from realvlg_ros.simulation.world import World
from realvlg_ros.tracking.lock_step import LockStep
from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.tracker import TargetTracker

PIXELS = ((640, 480), (960, 540), (1280, 720), (1920, 1080))
OBJECTS = (2, 5, 10, 20, 40)
TARGETS = (1, 2, 4, 8, 16)
# The size of the images and the number of objects while another axis varies.
SIZE, COUNT = (640, 480), 6
# Linear, with a margin for the scatter of times.
LINEAR = 1.1
_PERIOD_NS = 33_333_333
# A table wide enough for 40 objects, and a camera that sees all of it.
_AREA, _GAP_M = (-0.35, -0.5, 0.4, 0.5), 0.008
_VIEW = StaticView((-0.8, 0.0, 0.8), (0.02, 0.0, 0.0))
# Smaller targets are hidden.
_MIN_PIXELS = 150


@dataclass(frozen=True)
class Load:
    """What a case is measured with: frames of a still world, and how often.

    Attributes:
        world: that is seen.
        frames: of it, each with noise of its own.
        asked: objects to ask for and plan on.
    """

    world: World
    frames: list[RenderedFrame]
    asked: int

    @classmethod
    def of(cls, count: int, size: tuple[int, int], frames: int, asked: int) -> Load:
        """A table with so many objects, seen in images of a size (width, height)."""
        world = World.random(count, count, area=_AREA, gap=_GAP_M)
        renderer = Renderer(world, RenderSettings.fast())
        pose, noise = _VIEW.camera2world(0.0), DepthCameraModel()
        camera = d435_camera(*size)
        return cls(
            world,
            [
                renderer.render(camera, pose, noise, seed, stamp_ns=(seed + 1) * _PERIOD_NS)
                for seed in range(frames)
            ],
            asked,
        )

    def visible(self) -> Iterator[Grounding]:
        """The objects that can be seen, as a perfect grounder answers for the first frame."""
        frame = self.frames[0].frame
        for item in self.world.objects:
            mask = self.frames[0].mask(item.name)
            if int(mask.sum()) >= _MIN_PIXELS:
                region = RegionMask.from_full(mask)
                yield Grounding(
                    GroundingStatus.OK, item.label, label=item.label, mask=region, box=region.box,
                    stamp_ns=frame.stamp_ns, frame_id=frame.camera.frame_id, score=1.0,
                    image_width=frame.camera.width, image_height=frame.camera.height,
                    request_id=item.name,
                )  # fmt: skip


def ground(load: Load) -> list[float]:
    """Times of asking for objects by their colour and kind, ms."""
    grounder = make_grounder('tabletop')
    grounder.load()
    times = []
    for index in range(load.asked):
        frame = load.frames[index % len(load.frames)].frame
        words = f'pick up the {load.world.objects[index % len(load.world.objects)].label}'
        times.append(cpu_ms(partial(grounder.ground, frame, words, never_aborted))[1])
    return times


def plan(load: Load) -> list[float]:
    """Times of planning grasps for objects that are seen, ms."""
    planner = _planner()
    chosen = list(load.visible())[: load.asked]
    frame = load.frames[0].frame
    return [cpu_ms(partial(planner.plan, frame, grounding, frame.up))[1] for grounding in chosen]


def track(load: Load, targets: int = 1) -> list[float]:
    """Times of an update of a tracker that follows so many targets, ms; no plan is in them."""
    stream = LockStep(TargetTracker(TrackerSettings(fused_plans=1, max_targets=64)), _planner())
    stream.update(load.frames[0].frame)
    followed = 0
    for grounding in load.visible():
        if followed == targets:
            break
        stream.tracker.begin(grounding.request_id, grounding.stamp_ns)
        target = stream.set_grounding(grounding)
        if target.grasps:
            followed += 1
        else:
            stream.tracker.reset(target.track_id)
    times = []
    for index in range(1, len(load.frames)):
        seen, spent = cpu_ms(partial(stream.tracker.update, load.frames[index].frame))
        if len(seen) != targets:
            raise RealvlgError(f'{len(seen)} targets are followed, not {targets}')
        times.append(spent)
    # The first updates learn how the targets look.
    return times[len(times) // 3 :]


def _planner() -> GraspPlanner:
    return GraspPlanner(Gripper.from_yaml(gripper_file('franka_hand')))


STAGES: dict[str, Callable[[Load], list[float]]] = {
    'grounding': ground,
    'planning': plan,
    'tracking': track,
}


@dataclass(frozen=True)
class Series:
    """The cost of a stage along an axis.

    Attributes:
        stage, axis: what was measured, and what grew.
        names: of the sizes, such as 640x480.
        sizes: as numbers: pixels, objects or targets.
        milliseconds: median processor time at each.
    """

    stage: str
    axis: str
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    milliseconds: tuple[float, ...]

    @property
    def exponent(self) -> float:
        """The power of the size that the cost grows with."""
        return fit_exponent(self.sizes, self.milliseconds)

    @property
    def steepest(self) -> float:
        """The largest exponent between two sizes that follow each other."""
        sizes, costs = np.log(self.sizes), np.log(self.milliseconds)
        return float((np.diff(costs) / np.diff(sizes)).max())


def fit_exponent(sizes: npt.ArrayLike, costs: npt.ArrayLike) -> float:
    """The exponent of cost ~ size ** exponent, by least squares in logarithms."""
    logs = np.log(np.asarray(sizes, np.float64)), np.log(np.asarray(costs, np.float64))
    return float(np.polyfit(*logs, 1)[0])


def measure(quick: bool) -> Iterator[Series]:
    """Every series; the quick ones have fewer and smaller sizes."""
    frames, asked = (7, 2) if quick else (25, 6)
    pixels = PIXELS[:3:2] if quick else PIXELS
    objects = OBJECTS[1:4:2] if quick else OBJECTS
    targets = TARGETS[:3:2] if quick else TARGETS
    loads = {size: Load.of(COUNT, size, frames, asked) for size in pixels}
    names = tuple(f'{width}x{height}' for width, height in pixels)
    areas = tuple(width * height for width, height in pixels)
    for stage, run in STAGES.items():
        costs = tuple(float(np.median(run(loads[size]))) for size in pixels)
        yield Series(stage, 'pixels', names, areas, costs)
    tables = [Load.of(count, SIZE, frames, asked) for count in objects]
    for stage, run in STAGES.items():
        costs = tuple(float(np.median(run(table))) for table in tables)
        yield Series(stage, 'objects', tuple(map(str, objects)), objects, costs)
    costs = tuple(float(np.median(track(tables[-1], count))) for count in targets)
    yield Series('tracking', 'targets', tuple(map(str, targets)), targets, costs)


def summarize(report: Report, series: Series) -> tuple[str, ...]:
    """Record a series; its row of the table for people."""
    key = f'{series.stage}_by_{series.axis}'
    for name, milliseconds in zip(series.names, series.milliseconds, strict=True):
        report.add(f'{key}_{name}_cpu_ms', milliseconds)
    report.add(f'{key}_exponent', series.exponent, Goal('<=', LINEAR))
    report.add(f'{key}_steepest_exponent', series.steepest)
    verdict = 'worse than linear' if series.exponent > LINEAR else ''
    ends = f'{series.names[0]} to {series.names[-1]}'
    return series.stage, f'{series.axis}, {ends}', f'{series.exponent:.2f}', verdict


def main() -> None:
    """Run the benchmark."""
    arguments = argument_parser('growth', __doc__ or '').parse_args()
    report = Report('growth')
    rows = [summarize(report, series) for series in measure(arguments.quick)]
    print(format_table(('stage', 'with', 'exponent', ''), rows))
    report.finish(arguments.json)


if __name__ == '__main__':
    main()
