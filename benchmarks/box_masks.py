"""How good the mask made from a box is: `python -m benchmarks.box_masks`.

Objects lie as they fell, on a table or in a bin, touching, leaning and hiding each other, some
with hard depth. A third are painted in one colour each, a third in two of the colours of the
scene, and a third with the colour of a neighbour. Boxes are off by up to 4 % of a side. With real
frames that have true masks (REALVLG_FRAMES), these are asked for by their true boxes.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks.grounding.frames import FRAMES
from benchmarks.report import Goal, Report, argument_parser, format_table
from realvlg_ros.arrays import BoolArray, IntArray
from realvlg_ros.closed_loop.episode import View
from realvlg_ros.closed_loop.scenes import EpisodeScene, make_scene
from realvlg_ros.closed_loop.stock import load_stock
from realvlg_ros.errors import SupportPlaneError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.frame_folder import read_frame
from realvlg_ros.image_region import Box
from realvlg_ros.segmentation.object_in_box import object_in_box
from realvlg_ros.support_plane import SupportPlane, find_support_plane

# Every so many scenes one is a bin. Scenes of a run, and of a quick one, and objects in each.
_BIN_EVERY = 4
_SCENES, _QUICK, _OBJECTS = 60, 8, 6
# Objects of which fewer pixels are seen are not asked for.
_MIN_PIXELS = 300
# A box is off by this share of a side at most.
_OFF = 0.04
PAINTS = ('one colour', 'two colours', "a neighbour's colour")


@dataclass(frozen=True)
class Case:
    """A box in a frame, and what it is meant for.

    Attributes:
        kind: of scene or source.
        frame: colour and depth.
        plane: the support, or None.
        box: that is asked for.
        truth: (height, width) the object's pixels.
        others: (height, width) numbers of things, 0 where there is none.
    """

    kind: str
    frame: RgbdFrame
    plane: SupportPlane | None
    box: Box
    truth: BoolArray
    others: IntArray


def simulated(objects: Path | None, seed: int, count: int) -> Iterator[Case]:
    """Cases of simulated scenes.

    Args:
        objects: folder of meshes; None for procedural objects.
        seed: of the first scene.
        count: of scenes.
    """
    stock = load_stock(objects)
    for number in range(seed, seed + count):
        kind = 'clutter' if number % _BIN_EVERY else 'bin'
        rng = np.random.default_rng(number)
        scene = _painted(make_scene(kind, stock, number, _OBJECTS), number % len(PAINTS), rng)
        rendered = View(scene, number).rendered(0)
        plane = _plane(rendered.frame)
        for index, solid in enumerate(scene.solids, 1):
            truth = rendered.instance_ids == index
            if not solid.fixed and truth.sum() >= _MIN_PIXELS:
                box = _drawn(truth, rng)
                ids = np.asarray(rendered.instance_ids, np.int64)
                yield Case(kind, rendered.frame, plane, box, truth, ids)


def real(folder: Path) -> Iterator[Case]:
    """Cases of the real frames under a folder that have true masks."""
    for path in sorted(folder.glob('*/*/labels.json')):
        ids = _true_ids(path.parent)
        if ids is None:
            continue
        frame = read_frame(path.parent)
        plane = _plane(frame)
        for index in np.unique(ids[ids > 0]):
            truth = ids == index
            if truth.sum() >= _MIN_PIXELS:
                yield Case(path.parent.parent.name, frame, plane, _bounds(truth), truth, ids)


def _true_ids(folder: Path) -> IntArray | None:
    """Numbers (height, width) of the things in a frame with masks, or None."""
    for name in ('instance_ids.png', 'segm.png', 'object_mask.png'):
        if (folder / name).is_file():
            image = np.asarray(cv2.imread(str(folder / name), cv2.IMREAD_UNCHANGED))
            ids = np.asarray(image if image.ndim == 2 else image[..., 0], np.int64)
            break
    else:
        return None
    if name != 'object_mask.png':
        values = {o.get('id', o.get('value')) for o in _labels(folder)['objects']}
        return np.where(np.isin(ids, sorted(values)), ids, 0)
    # All objects are in one mask; each is where its box says.
    labels = np.zeros_like(ids)
    for index, (left, top, right, bottom) in enumerate(_labels(folder)['bbox_xyxy_components'], 1):
        part = np.s_[top:bottom, left:right]
        labels[part] = np.where(ids[part] > 0, index, labels[part])
    return labels


def _labels(folder: Path) -> dict[str, list[dict[str, int]]]:
    values: dict[str, list[dict[str, int]]] = json.loads((folder / 'labels.json').read_text())
    return values


def _plane(frame: RgbdFrame) -> SupportPlane | None:
    try:
        return find_support_plane(frame)
    except SupportPlaneError:
        return None


def _painted(scene: EpisodeScene, paint: int, rng: np.random.Generator) -> EpisodeScene:
    """A scene whose objects are painted in one of the ways of PAINTS."""
    items = list(scene.world.objects)
    colors = [item.color for item in items]
    for index, item in enumerate(items):
        faces = np.tile(np.array(item.color, np.uint8), (len(item.mesh.faces), 1))
        if paint == 1:
            along = item.mesh.triangles_center[:, rng.integers(3)]
            upper = along > np.quantile(along, rng.uniform(0.3, 0.7))
            faces[upper] = colors[rng.integers(len(colors))]
        elif paint == 2 and index % 2:
            faces[:] = colors[index - 1]
        items[index] = replace(item, face_colors=faces)
    return replace(scene, world=replace(scene.world, objects=tuple(items)))


def _bounds(mask: BoolArray) -> Box:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return Box(float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))


def _drawn(mask: BoolArray, rng: np.random.Generator) -> Box:
    """The box around a mask, as far off as a detector's."""
    box = _bounds(mask)
    width, height = box.x_max - box.x_min, box.y_max - box.y_min
    left, top, right, bottom = rng.uniform(-_OFF, _OFF, 4)
    return Box(
        box.x_min + left * width, box.y_min + top * height, box.x_max + right * width,
        box.y_max + bottom * height,
    ).clipped(mask.shape[1], mask.shape[0])  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """How a case ended: overlap with the truth, and whether more of another thing was taken."""

    kind: str
    iou: float
    another: bool
    spent_ms: float


def judge(case: Case) -> Outcome:
    """Make the mask of a case and compare it with the truth."""
    begin = time.process_time()
    found = object_in_box(case.frame, case.box, case.plane).mask
    spent = (time.process_time() - begin) * 1e3
    common = int((found & case.truth).sum())
    iou = common / max(int((found | case.truth).sum()), 1)
    counts = np.bincount(case.others[found & ~case.truth].ravel(), minlength=2)
    return Outcome(case.kind, iou, bool(counts[1:].max() > common), spent)


def add_figures(report: Report, name: str, outcomes: list[Outcome]) -> None:
    """Median overlap, and how often another object was taken, with their goals."""
    ious = np.array([outcome.iou for outcome in outcomes])
    report.add(f'{name}_masks', len(outcomes))
    report.add(f'{name}_iou_median', float(np.median(ious)), Goal('>=', 0.85))
    report.add(f'{name}_iou_below_half', float((ious < 0.5).mean()))
    another = float(np.mean([outcome.another for outcome in outcomes]))
    report.add(f'{name}_another_object', another, Goal('<=', 0.03))


def main() -> None:
    """Run the benchmark."""
    parser = argument_parser('box_masks', (__doc__ or '').partition('\n')[0])
    parser.add_argument('--objects', type=Path, metavar='DIR', help='folder of meshes')
    parser.add_argument('--seed', type=int, default=40_000, help='of the first scene')
    parser.add_argument('--frames', type=Path, help='folder of SOURCE/FRAME folders')
    arguments = parser.parse_args()
    report = Report('box_masks')
    count = _QUICK if arguments.quick else _SCENES
    made = [judge(case) for case in simulated(arguments.objects, arguments.seed, count)]
    add_figures(report, 'simulated', made)
    report.add_timing('mask', [outcome.spent_ms for outcome in made])
    folder = arguments.frames or Path(os.environ.get('REALVLG_FRAMES', FRAMES))
    seen = [judge(case) for case in real(folder)]
    if seen:
        add_figures(report, 'real', seen)
    kinds = sorted({outcome.kind for outcome in made + seen})
    rows = [(kind, *_row([o for o in made + seen if o.kind == kind])) for kind in kinds]
    print(format_table(('kind', 'masks', 'IoU median', 'below 0.5', 'another'), rows))
    report.finish(arguments.json)


def _row(outcomes: list[Outcome]) -> tuple[str, ...]:
    ious = np.array([outcome.iou for outcome in outcomes])
    another = sum(outcome.another for outcome in outcomes)
    return str(len(ious)), f'{np.median(ious):.2f}', str((ious < 0.5).sum()), str(another)


if __name__ == '__main__':
    main()
