"""Line plots as PNG with OpenCV alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from realvlg_ros.arrays import FloatArray

_SIZE = (960, 360)
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 130, 36, 40
_COLORS = [(60, 60, 220), (40, 160, 230), (70, 170, 70), (200, 90, 30), (150, 60, 160)]
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def line_plot(
    path: Path,
    title: str,
    x: FloatArray,
    lines: Mapping[str, FloatArray],
    limit: float,
    marks: Sequence[tuple[float, str]] = (),
) -> None:
    """Draw lines (n,) over x (n,), cut off at a limit; marks are vertical lines with a word."""
    width, height = _SIZE
    image = np.full((height, width, 3), 255, np.uint8)
    span = (width - _LEFT - _RIGHT, height - _TOP - _BOTTOM)

    def place(px: float, py: float) -> tuple[int, int]:
        across = (px - x[0]) / max(x[-1] - x[0], 1e-9)
        return int(_LEFT + across * span[0]), int(
            height - _BOTTOM - min(py / limit, 1.0) * span[1]
        )

    cv2.putText(image, title, (_LEFT, 22), _FONT, 0.55, (0, 0, 0), 1, cv2.LINE_AA)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        row = place(x[0], share * limit)[1]
        cv2.line(image, (_LEFT, row), (width - _RIGHT, row), (225, 225, 225), 1)
        cv2.putText(
            image, f'{share * limit:.3g}', (12, row + 5), _FONT, 0.42, (0, 0, 0), 1, cv2.LINE_AA
        )
    for tick in np.arange(np.ceil(x[0]), x[-1] + 1e-9, 1.0):
        column = place(float(tick), 0.0)[0]
        cv2.putText(
            image, f'{tick:g} s', (column - 10, height - 14), _FONT, 0.42, (0, 0, 0), 1,
            cv2.LINE_AA,
        )  # fmt: skip
    for at, word in marks:
        column = place(at, 0.0)[0]
        cv2.line(image, (column, _TOP), (column, height - _BOTTOM), (170, 170, 170), 1)
        cv2.putText(image, word, (column + 3, _TOP + 12), _FONT, 0.4, (90, 90, 90), 1, cv2.LINE_AA)
    for index, (name, values) in enumerate(lines.items()):
        color = _COLORS[index % len(_COLORS)]
        known = np.isfinite(values)
        for a in np.flatnonzero(known[:-1] & known[1:]):
            start, end = place(x[a], values[a]), place(x[a + 1], values[a + 1])
            cv2.line(image, start, end, color, 2, cv2.LINE_AA)
        row = _TOP + 18 + 22 * index
        cv2.line(image, (width - 120, row), (width - 98, row), color, 3)
        cv2.putText(image, name, (width - 90, row + 5), _FONT, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image)
