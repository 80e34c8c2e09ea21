"""Drawn scenes as samples of a dataset, each shape with all the grasps that hold it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.toy.scenes import IMAGE_SIZES, DrawnScene, Shape, draw_scene
from realvlg_ros.camera import Camera
from realvlg_ros.evaluation.dataset import Sample, Truth
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.rectangle import ContactPair, GraspRectangle

# The opening, as a share of what is held, and the height of the jaws, as a share of the length.
OPENING, JAW = 1.5, 0.5
# Where along a bar it is held, as shares of its length; axes by which a circle is held.
_PLACES = (-0.3, -0.15, 0.0, 0.15, 0.3)
_CIRCLE_AXES = 8
# Places along a side of a square.
_SQUARE_PLACES = (-0.2, 0.0, 0.2)


@dataclass(frozen=True)
class DrawnView:
    """A picture in memory, as a view of a dataset; depth is a wall at 0.8 m."""

    scene: DrawnScene
    color_file: Path = Path('drawn.png')
    has_depth: bool = True

    def load(self) -> RgbdFrame:
        """The picture with its depth."""
        height, width = self.scene.image.shape[:2]
        camera = Camera(width, height, 300, 300, width / 2, height / 2)
        return RgbdFrame(self.scene.image, np.full((height, width), 0.8, np.float32), camera)


def grasps_of(shape: Shape) -> tuple[GraspRectangle, ...]:
    """Every grasp that holds a shape, of a circle and a square across each of their axes."""
    if shape.kind == 'circle':
        angles = [math.pi * index / _CIRCLE_AXES for index in range(_CIRCLE_AXES)]
        return tuple(_grasp(shape, 0.0, angle, shape.length, shape.length) for angle in angles)
    if shape.kind == 'bar':
        across = shape.angle + math.pi / 2
        return tuple(_grasp(shape, p, across, shape.thickness, shape.length) for p in _PLACES)
    upright, level = shape.angle + math.pi / 2, shape.angle
    return (
        *(_grasp(shape, p, upright, shape.thickness, shape.length) for p in _SQUARE_PLACES),
        *(_grasp(shape, p, level, shape.length, shape.thickness) for p in _SQUARE_PLACES),
    )


def _grasp(shape: Shape, place: float, angle: float, held: float, along: float) -> GraspRectangle:
    """A grasp across an axis, its centre moved by a share of the length along the jaws."""
    dx, dy = -math.sin(angle) * place * along, math.cos(angle) * place * along
    return GraspRectangle(shape.x + dx, shape.y + dy, angle, held * OPENING, along * JAW)


def samples_of(scene: DrawnScene, name: str, generator: np.random.Generator) -> list[Sample]:
    """One sample for each shape of a scene; which of its grasps comes first is chance.

    Args:
        scene: the picture.
        name: of the picture, in the keys of its samples.
        generator: of random numbers.
    """
    found = []
    for number, shape in enumerate(scene.shapes):
        every = grasps_of(shape)
        grasps = tuple(every[index] for index in generator.permutation(len(every)))
        contacts = tuple(_touching(grasp) for grasp in grasps)
        truth = Truth((shape.box,), None, grasps, contacts)
        key = f'{name}/{number}'
        found.append(Sample(key, DrawnView(scene), scene.words(shape), truth, shape.kind))
    return found


def _touching(grasp: GraspRectangle) -> ContactPair:
    """Where the jaws touch once they have closed."""
    held = grasp.width / OPENING
    return GraspRectangle(grasp.x, grasp.y, grasp.angle, held, grasp.height).to_contacts()


def draw_samples(seed: int, count: int) -> list[Sample]:
    """Samples of so many pictures, in turn of each size, one shape of each."""
    generator = np.random.default_rng(seed)
    found = []
    for index in range(count):
        scene = draw_scene(generator, IMAGE_SIZES[index % len(IMAGE_SIZES)])
        every = samples_of(scene, f'{seed}/{index}', generator)
        found.append(every[int(generator.integers(len(every)))])
    return found
