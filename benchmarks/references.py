"""Work of OpenCV, numpy and scipy on the same images, against which our times are held.

Milliseconds differ by a factor of two between machines of one kind; a ratio to similar work does
not. Each kernel is a well-known one that loads the machine as our part does.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import cv2
import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from benchmarks.report import Goal, Report
from realvlg_ros.arrays import ByteArray, Float32Array, FloatArray

T = TypeVar('T')

_FILTER_PX, _FILTER_M, _FILTER_SIGMA_PX = 9, 0.02, 4.0
_PLANE_ROUNDS, _PLANE_SCALE_M = 10, 0.002
_CORNERS, _CORNER_GAP_PX = 200, 7
_NEIGHBOURS = 20


def cpu_ms(function: Callable[[], T]) -> tuple[T, float]:
    """What a call returns and the processor time that it took, ms."""
    start = time.process_time()
    result = function()
    return result, (time.process_time() - start) * 1e3


@dataclass
class Turns:
    """Processor times of ours and of a reference, measured in turns on the same input, ms."""

    ours: list[float] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)

    def add(self, ours: float, reference: Callable[[], object]) -> None:
        """Keep a time of ours, and measure the reference now."""
        self.ours.append(ours)
        self.reference.append(cpu_ms(reference)[1])

    def report(
        self,
        report: Report,
        key: str,
        reference: str,
        goal: Goal | None,
        over_all: Callable[[list[float]], Any] = np.median,
    ) -> None:
        """Record both sides, and KEY_over_REFERENCE: the ratio of their medians or sums.

        Args:
            report: where.
            key: of ours.
            reference: name of the kernel.
            goal: of the ratio.
            over_all: np.median, or np.sum where the inputs differ and each counts by its work.
        """
        if not self.ours:
            report.add(f'{key}_over_{reference}', float('nan'), goal)
            return
        report.add_timing(f'{key}_cpu', self.ours)
        report.add_timing(f'{key}_{reference}_cpu', self.reference)
        ratio = float(over_all(self.ours) / over_all(self.reference))
        report.add(f'{key}_over_{reference}', ratio, goal)


def smooth_depth(depth: npt.ArrayLike) -> Float32Array:
    """Depth (height, width), m, smoothed by OpenCV's bilateral filter of 9 px."""
    single = np.asarray(depth, np.float32)
    return np.asarray(cv2.bilateralFilter(single, _FILTER_PX, _FILTER_M, _FILTER_SIGMA_PX))


def fit_plane(points: FloatArray) -> FloatArray:
    """The plane z = a x + b y + c through points (n, 3): ten rounds of reweighted lstsq.

    Small arrays and many calls into numpy and LAPACK, as in the lift of a rectangle.
    """
    matrix = np.column_stack([points[:, :2], np.ones(len(points))])
    weights = np.ones(len(points))
    plane: FloatArray = np.zeros(3)
    for _ in range(_PLANE_ROUNDS):
        weighted = matrix * weights[:, None], points[:, 2] * weights
        plane = np.asarray(np.linalg.lstsq(*weighted, rcond=None)[0], np.float64)
        residuals = points[:, 2] - matrix @ plane
        weights = 1 / np.sqrt(1 + (residuals / _PLANE_SCALE_M) ** 2)
    return plane


def follow_corners(before: ByteArray, after: ByteArray) -> int:
    """Follow 200 corners from one RGB image (height, width, 3) to the next, as trackers begin.

    Grey images, the corners of Shi and Tomasi, and the pyramidal flow of Lucas and Kanade.
    """
    first, second = (cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in (before, after))
    corners = cv2.goodFeaturesToTrack(first, _CORNERS, 0.01, _CORNER_GAP_PX)
    _, status, _ = cv2.calcOpticalFlowPyrLK(first, second, corners, None)
    return int(np.count_nonzero(status))


def find_neighbours(points: FloatArray) -> FloatArray:
    """Distances (n, 20), m, to the nearest of points (n, 3), by scipy's cKDTree.

    Where grasp planners that sample point clouds begin: normals come from such neighbours.
    """
    if not len(points):
        return np.zeros((0, _NEIGHBOURS))
    distances, _ = cKDTree(points).query(points, k=min(_NEIGHBOURS, len(points)))
    return np.asarray(distances)
