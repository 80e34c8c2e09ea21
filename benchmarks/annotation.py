"""How good annotations are that nobody has looked at: simulated frames with their truth.

Each frame is annotated by what is embedded. Of what is agreed, boxes and masks are compared with
the truth of the object that the sentence alone means, and each best grasp is judged on the meshes.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.report import Goal, Report, argument_parser, format_table
from realvlg_ros.annotation.annotation import AnnotatedGrasp, Annotation, Status
from realvlg_ros.annotation.annotator import Annotator
from realvlg_ros.annotation.quality.lexical import mtld, words_of
from realvlg_ros.annotation.sources.frames import FrameImage
from realvlg_ros.annotation.stages.localise import Localiser
from realvlg_ros.annotation.stages.unify import GraspUnifier
from realvlg_ros.evaluation.intervals import wilson_interval
from realvlg_ros.evaluation.mesh_judge import judge_grasp
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.tabletop import TabletopGrounder
from realvlg_ros.image_region import RegionMask
from realvlg_ros.resources import gripper_file
from realvlg_ros.segmentation.depth import DepthSegmenter
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.placed_mesh import PlacedMesh
from realvlg_ros.simulation.renderer import RenderedFrame, Renderer, RenderSettings
from realvlg_ros.simulation.trajectory import d435_camera, random_view
from realvlg_ros.simulation.world import World

_FRAMES, _QUICK = 200, 10
# A box or a mask is right from this IoU on.
_RIGHT = 0.5
# An object that is seen on fewer pixels, or that is cut off, is none that is to be annotated.
_LEAST_PIXELS = 250


@dataclass(frozen=True)
class Found:
    """One annotation beside the truth.

    Attributes:
        seed: of the frame.
        status: agreed or doubtful.
        failures: names.
        thing: of the truth that its mask covers most; empty for none.
        box_iou, mask_iou: with that thing's.
        right_words: its colour, where the sentence says one, is that thing's.
        grasp: 'valid', 'none', or what the judge says of the best grasp.
        description: the sentence.
    """

    seed: int
    status: str
    failures: tuple[str, ...]
    thing: str
    box_iou: float
    mask_iou: float
    right_words: bool
    grasp: str
    description: str


@dataclass(frozen=True)
class Told:
    """What came of a frame: its annotations, and the things that could have been annotated."""

    found: tuple[Found, ...]
    things: tuple[str, ...]


class _Rendered(FrameImage):
    """A frame in memory."""

    def __init__(self, seed: int, frame: RgbdFrame) -> None:
        super().__init__(f'{seed}', Path())
        object.__setattr__(self, 'frame', frame)

    def read(self) -> RgbdFrame:
        """The frame."""
        return self.frame  # type: ignore[attr-defined,no-any-return]


@cache
def _annotator() -> Annotator:
    gripper = Gripper.from_yaml(gripper_file('franka_hand'))
    return Annotator(
        Localiser(TabletopGrounder(), DepthSegmenter()), GraspUnifier(GraspPlanner(gripper), 5)
    )


def run_frame(seed: int) -> Told:
    """Annotate one frame: 3 to 8 things, seen from anywhere above, by a D435."""
    rng = np.random.default_rng((seed, 18))
    world = World.random(seed, int(rng.integers(3, 9)))
    pose = random_view(rng, (0.55, 0.9), (40.0, 75.0))
    rendered = Renderer(world, RenderSettings.fast()).render(
        d435_camera(), pose, DepthCameraModel(), seed
    )
    image = _annotator().annotate(_Rendered(seed, rendered.frame))
    found = tuple(_compared(seed, item, world, rendered) for item in image.annotations)
    return Told(found, tuple(_things(world, rendered)))


def run_frames(seeds: Sequence[int], processes: int) -> Iterator[Told]:
    """Annotate frames, in their order."""
    if processes < 2:
        yield from map(run_frame, seeds)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(run_frame, seeds)


def _things(world: World, rendered: RenderedFrame) -> Iterator[str]:
    """Things that are seen whole, and well enough."""
    for item in world.objects:
        mask = rendered.mask(item.name)
        inner = mask.copy()
        inner[2:-2, 2:-2] = False
        if mask.sum() >= _LEAST_PIXELS and not inner.any():
            yield item.name


def _compared(seed: int, item: Annotation, world: World, rendered: RenderedFrame) -> Found:
    height, width = rendered.instance_ids.shape
    names = list(rendered.object2world)
    own = (
        np.zeros((height, width), bool) if item.mask is None else item.mask.to_full(height, width)
    )
    ids = np.bincount(rendered.instance_ids[own], minlength=len(names) + 1)[1:]
    thing = names[int(ids.argmax())] if ids.any() else ''
    box_iou = mask_iou = 0.0
    if thing and item.box is not None:
        truth = rendered.mask(thing)
        box_iou = item.box.iou(RegionMask.from_full(truth).box)
        mask_iou = float((own & truth).sum() / (own | truth).sum())
    said = item.description.split(' object')[0].split()
    colors = {_color(each.name) for each in world.objects} & set(said)
    grasp = _judged(item.grasps, thing, world, rendered)
    failures = tuple(failure.name for failure in item.failures)
    right = thing != '' and (not colors or _color(thing) in colors)
    return Found(
        seed, item.status.value, failures, thing, box_iou, mask_iou, right, grasp,
        item.description,
    )  # fmt: skip


def _color(name: str) -> str:
    """The colour in a thing's name, as sentences say it."""
    return name.split('_')[0].replace('gray', 'grey')


def _judged(
    grasps: Sequence[AnnotatedGrasp], thing: str, world: World, rendered: RenderedFrame
) -> str:
    best = grasps[0] if grasps else None
    if not thing or best is None or best.tcp2camera is None or best.opening is None:
        return 'none'
    verdict = judge_grasp(
        rendered.camera2world @ best.tcp2camera,
        best.opening,
        _annotator().unifier.gripper,
        PlacedMesh.of(world.object(thing)),
        {each.name: PlacedMesh.of(each) for each in world.objects if each.name != thing},
    )
    return 'valid' if verdict.failure is None else verdict.failure.value


def summarize(told: Sequence[Told], report: Report) -> None:
    """Turn what came of frames into figures and goals."""
    found = [each for frame in told for each in frame.found]
    agreed = [each for each in found if each.status == Status.AGREED.value]
    things = sum(len(frame.things) for frame in told)
    labelled = {(each.seed, each.thing) for each in agreed}
    reached = sum(
        (each.seed, name) in labelled
        for frame in told
        for name in frame.things
        for each in frame.found[:1]
    )
    report.add('frames', len(told))
    report.add('objects', len(found))
    report.add('things', things)
    report.add('agreed_share', len(agreed) / max(len(found), 1))
    report.add('things_labelled_share', reached / max(things, 1))
    rows = []
    for name, good, goal in (
        ('sentence', [each.right_words for each in agreed], Goal('>=', 0.98)),
        ('box', [each.box_iou >= _RIGHT for each in agreed], Goal('>=', 0.98)),
        ('mask', [each.mask_iou >= _RIGHT for each in agreed], Goal('>=', 0.98)),
        ('grasp', [each.grasp == 'valid' for each in agreed], Goal('>=', 0.95)),
    ):
        low, high = wilson_interval(sum(good), len(good))
        share = sum(good) / max(len(good), 1)
        report.add(f'{name}_precision', share, goal)
        rows.append((name, f'{share:.1%}', f'{low:.1%} to {high:.1%}', f'{sum(good)}/{len(good)}'))
    doubtful = [each for each in found if each.status == Status.DOUBTFUL.value]
    for name, right in (
        ('box', [each.box_iou >= _RIGHT for each in doubtful]),
        ('grasp', [each.grasp == 'valid' for each in doubtful]),
    ):
        report.add(f'doubtful_{name}_precision', sum(right) / max(len(right), 1))
    report.add('mask_iou_median', float(np.median([each.mask_iou for each in agreed])))
    report.add('mtld', mtld(words_of(each.description for each in agreed)))
    print(format_table(('agreed', 'right', '95 %', 'count'), rows))
    failures = Counter(name for each in found for name in each.failures)
    print('\n' + format_table(('failure', 'objects'), failures.most_common()))
    wrong = Counter(each.grasp for each in agreed if each.grasp != 'valid')
    print('\n' + format_table(('grasp of an agreed object', 'objects'), wrong.most_common()))


def main() -> None:
    parser = argument_parser('annotation', 'precision of annotations that nobody has looked at')
    parser.add_argument('--frames', type=int, default=_FRAMES, help='how many')
    parser.add_argument('--seed', type=int, default=0, help='of the first')
    parser.add_argument('--processes', type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument('--log', type=Path, metavar='FILE', help='append every frame, as JSON')
    arguments = parser.parse_args()
    count = _QUICK if arguments.quick else arguments.frames
    told = []
    for frame in run_frames(range(arguments.seed, arguments.seed + count), arguments.processes):
        told.append(frame)
        if arguments.log:
            with arguments.log.open('a') as file:
                file.write(json.dumps(asdict(frame)) + '\n')
    report = Report('annotation')
    summarize(told, report)
    report.finish(arguments.json)


if __name__ == '__main__':
    main()
