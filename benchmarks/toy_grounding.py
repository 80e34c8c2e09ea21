"""Measures the whole model path with a small model that learned to see drawn shapes.

`python -m benchmarks.toy_grounding` loads the kept weights (benchmarks/toy/weights, made by
`python -m benchmarks.toy.training --out benchmarks/toy/weights`, see its README) through the
realvlg backend and asks about unseen pictures of three sizes in all three coordinate conventions.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.report import Goal, Report, argument_parser
from benchmarks.toy.conventions import CONVENTIONS
from benchmarks.toy.scenes import IMAGE_SIZES, KINDS, MAX_PIXELS, DrawnScene, Shape, draw_scene
from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.grounding import GroundingStatus, never_aborted
from realvlg_ros.grounding.realvlg.answer.calibration import Calibration, Evidence
from realvlg_ros.grounding.realvlg.coordinates import Convention
from realvlg_ros.grounding.realvlg.grounder import RealvlgGrounder
from realvlg_ros.grounding.realvlg.settings import RealvlgSettings
from realvlg_ros.rectangle import GraspRectangle

HERE = Path(__file__).parent / 'toy'
WEIGHTS = HERE / 'weights'
_CALIBRATION_SEED, _TEST_SEED = 10_000, 20_000


@dataclass(frozen=True)
class Asked:
    """A question about one shape of a picture."""

    scene: DrawnScene
    shape: Shape


def toy_grounder(
    convention: Convention, weights: Path = WEIGHTS, threshold: float = -1.0
) -> RealvlgGrounder:
    """The realvlg backend with the toy's weights and prompts, loaded."""
    grounder = RealvlgGrounder(
        RealvlgSettings(
            box_checkpoint=str(weights), grasp_checkpoint=str(weights),
            prompts=str(HERE / f'prompts_{convention.value}.yaml'), max_pixels=MAX_PIXELS,
            not_found_threshold=threshold, device='cpu', dtype='float32', segmenter='depth',
            threads=1, referee='off',
        )
    )  # fmt: skip
    grounder.load()
    return grounder


def frame_of(scene: DrawnScene) -> RgbdFrame:
    """A picture with the flat depth of a wall 0.8 m away."""
    height, width = scene.image.shape[:2]
    camera = Camera(width, height, 300, 300, width / 2, height / 2)
    return RgbdFrame(scene.image, np.full((height, width), 0.8, np.float32), camera)


def pictures(seed: int, count: int) -> list[Asked]:
    """Unseen pictures in turn of each size, with the shape to ask for."""
    rng = np.random.default_rng(seed)
    asked = []
    for index in range(count):
        scene = draw_scene(rng, IMAGE_SIZES[index % len(IMAGE_SIZES)])
        asked.append(Asked(scene, scene.shapes[int(rng.integers(len(scene.shapes)))]))
    return asked


def angle_between(a: GraspRectangle, b: GraspRectangle) -> float:
    """Angle between two opening axes, rad, 0 to pi/2."""
    return math.acos(min(1.0, abs(float(a.opening_axis @ b.opening_axis))))


def rectangle_iou(a: GraspRectangle, b: GraspRectangle) -> float:
    """Intersection over union of two rotated rectangles."""
    import cv2

    first, second = (r.corners().astype(np.float32) for r in (a, b))
    overlap, _ = cv2.intersectConvexConvex(first, second)
    return float(overlap / (a.width * a.height + b.width * b.height - overlap))


def calibrate(weights: Path, count: int) -> Calibration:
    """Fit the threshold of NOT_FOUND on separate pictures, and store it beside the weights."""
    grounder = toy_grounder(Convention.ORIGINAL, weights, threshold=0.0)
    rng = np.random.default_rng(_CALIBRATION_SEED)
    evidence: list[Evidence] = []
    present: list[bool] = []
    for asked in pictures(_CALIBRATION_SEED, count):
        frame = frame_of(asked.scene)
        color = str(rng.choice(asked.scene.absent_colors))
        absent = f'the {color} {rng.choice(KINDS)}'
        for words, there in ((asked.scene.words(asked.shape), True), (absent, False)):
            evidence.append(grounder.evidence(frame, words))
            present.append(there)
    fit = Calibration.fit(evidence, present, 'toy')
    fit.save(weights)
    return fit


def measure_boxes(report: Report, convention: Convention, asked: list[Asked]) -> float:
    """Mean IoU of the boxes, overall and by image size."""
    grounder = toy_grounder(convention, threshold=0.0)
    overlaps: dict[tuple[int, int], list[float]] = {size: [] for size in IMAGE_SIZES}
    times, passes = [], []
    for one in asked:
        frame, words = frame_of(one.scene), one.scene.words(one.shape)
        start = time.perf_counter()
        found = grounder.ground(frame, words, never_aborted)
        times.append((time.perf_counter() - start) * 1e3)
        passes.append(int(found.message.split(' passes')[0].split()[-1]))
        assert found.box is not None
        size = frame.camera.width, frame.camera.height
        overlaps[size].append(found.box.iou(one.shape.box))
    for (width, height), values in overlaps.items():
        report.add(f'iou_{convention.value}_{width}x{height}', float(np.mean(values)))
    mean = float(np.mean([v for values in overlaps.values() for v in values]))
    report.add(f'iou_{convention.value}', mean, Goal('>=', 0.6))
    report.add(f'box_passes_{convention.value}', float(np.mean(passes)))
    report.add_timing(f'ground_{convention.value}', times)
    return mean


def measure_rectangles(report: Report, convention: Convention, asked: list[Asked]) -> None:
    """Share of bars whose rectangle is right (IoU > 0.25, angle < 30 degrees), and its errors."""
    grounder = toy_grounder(convention, threshold=0.0)
    right, angles, offsets = [], [], []
    for one in asked:
        words = one.scene.words(one.shape)
        found = grounder.ground(frame_of(one.scene), words, never_aborted)
        guess, truth = found.rectangles[0], one.shape.rectangle
        # The model does not predict the jaw height: both get the same.
        guess = GraspRectangle(guess.x, guess.y, guess.angle, guess.width, truth.height)
        angle = angle_between(guess, truth)
        right.append(rectangle_iou(guess, truth) > 0.25 and angle < math.radians(30))
        angles.append(math.degrees(angle))
        offsets.append(float(np.linalg.norm(guess.center - truth.center)))
    report.add(f'grasp_accuracy_{convention.value}', float(np.mean(right)))
    report.add(f'grasp_angle_median_deg_{convention.value}', float(np.median(angles)))
    report.add(f'grasp_centre_median_px_{convention.value}', float(np.median(offsets)))


def measure_rejection(report: Report, asked: list[Asked]) -> None:
    """Share of absent colours that are NOT_FOUND, and of present shapes that are not."""
    grounder = toy_grounder(Convention.ORIGINAL)
    rng = np.random.default_rng(_TEST_SEED)
    rejected, kept = [], []
    for one in asked:
        frame = frame_of(one.scene)
        absent = f'the {rng.choice(one.scene.absent_colors)} {rng.choice(KINDS)}'
        status = grounder.ground(frame, absent, never_aborted).status
        rejected.append(status is GroundingStatus.NOT_FOUND)
        status = grounder.ground(frame, one.scene.words(one.shape), never_aborted).status
        kept.append(status is GroundingStatus.OK)
    report.add('absent_not_found', float(np.mean(rejected)), Goal('>=', 0.9))
    report.add('present_found', float(np.mean(kept)), Goal('>=', 0.8))


def measure(quick: bool) -> Report:
    """All figures."""
    report = Report('toy_grounding')
    count = 60 if quick else 240
    test = pictures(_TEST_SEED, count)
    bars = [a for a in pictures(_TEST_SEED + 1, 6 * count) if a.shape.kind == 'bar'][: count // 2]
    means = []
    for convention in CONVENTIONS:
        means.append(measure_boxes(report, convention, test))
        measure_rectangles(report, convention, bars)
    report.add('iou_between_conventions', max(means) - min(means), Goal('<=', 0.03))
    measure_rejection(report, test)
    return report


def main() -> None:
    """Read the command line and measure."""
    parser = argument_parser('toy_grounding', __doc__ or '')
    parser.add_argument(
        '--calibrate', action='store_true', help='fit the NOT_FOUND threshold and keep it, first'
    )
    arguments = parser.parse_args()
    if arguments.calibrate:
        print(calibrate(WEIGHTS, 120))
    measure(arguments.quick).finish(arguments.json)


if __name__ == '__main__':
    main()
