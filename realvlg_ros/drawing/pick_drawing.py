"""Draw the frames and motions of a pick: `python -m realvlg_ros.drawing.pick_drawing OUT.png`."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from ..arrays import ByteArray
from ..grasping.gripper import Gripper
from ..resources import gripper_file
from .gripper_drawing import Color, View, draw_text

# Width and height of the picture, px, its scale, px/m, and its colours, RGB. Chosen: fits a page.
_SIZE_PX = (960, 420)
_SCALE = 1050.0
_PALM: Color = (205, 210, 216)
_FINGER: Color = (150, 178, 208)
_OBJECT: Color = (232, 190, 150)
_EDGE: Color = (60, 66, 74)
_MOTION: Color = (120, 60, 20)
# What is picked, m: its width and height, the way before and after, and how much further the
# gripper opens. Chosen: a tall mug, and what the planner gives by default.
_WIDTH_M, _HEIGHT_M, _DEPTH_M = 0.045, 0.09, 0.02
_STANDOFF_M, _RETREAT_M, _CLEARANCE_M = 0.1, 0.1, 0.02
# Columns of the three moments, and row of the support, px. Chosen: even.
_COLUMNS_PX = (170, 480, 790)
_FLOOR_PX = 370


def draw_pick(gripper: Gripper) -> ByteArray:
    """Draw pre-grasp, grasp and end of the retreat from the front, side by side.

    Args:
        gripper: whose shape, TCP and parent link are shown.

    Returns:
        (420, 960, 3) uint8 RGB. The approach, +z of the TCP, points down.
    """
    image = np.full((_SIZE_PX[1], _SIZE_PX[0], 3), 255, np.uint8)
    grasp_px = _FLOOR_PX - (_HEIGHT_M - _DEPTH_M) * _SCALE
    rows = (grasp_px - _STANDOFF_M * _SCALE, grasp_px, grasp_px - _RETREAT_M * _SCALE)
    names = ('pre-grasp: open', 'grasp: close', 'lifted')
    openings = (_WIDTH_M + _CLEARANCE_M, _WIDTH_M, _WIDTH_M)
    objects = (_FLOOR_PX, _FLOOR_PX, _FLOOR_PX - _RETREAT_M * _SCALE)
    cv2.line(image, (30, _FLOOR_PX), (_SIZE_PX[0] - 30, _FLOOR_PX), _EDGE, 2)
    for column, row, name, opening, foot in zip(
        _COLUMNS_PX, rows, names, openings, objects, strict=True
    ):
        _draw_object(View(image, _SCALE, column, foot))
        view = View(image, _SCALE, column, row)
        _draw_gripper(view, gripper, opening)
        draw_text(image, name, (column - 60, _SIZE_PX[1] - 20), 0.55, _EDGE)
    _draw_way(image, _COLUMNS_PX[0] + 118, (rows[0], rows[1]), 'approach', 'standoff')
    _draw_way(image, _COLUMNS_PX[1] + 118, (rows[1], rows[2]), 'retreat', 'retreat_distance')
    return image


def _draw_object(view: View) -> None:
    view.box((-_WIDTH_M / 2, -_HEIGHT_M), (_WIDTH_M / 2, 0.0), _OBJECT)


def _draw_gripper(view: View, gripper: Gripper, opening: float) -> None:
    inner, back = opening / 2, -gripper.finger_length
    palm, top = gripper.palm_size[1] / 2, -gripper.finger_length - gripper.palm_size[2]
    view.box((-palm, top), (palm, back), _PALM)
    for sign in (-1, 1):
        outer = sign * (inner + gripper.finger_thickness)
        view.box((sign * inner, back), (outer, 0.0), _FINGER)
    view.axes('y', (30, 140, 40))
    draw_text(view.image, 'TCP', _beside(view, 0.0, -92), 0.42, _EDGE)
    mount = -float(gripper.tcp2parent_link[2, 3])
    View(view.image, view.scale, view.column, view.row + mount * view.scale).axes(
        'y', (30, 140, 40)
    )
    draw_text(view.image, gripper.parent_link, _beside(view, mount, -100), 0.42, _EDGE)


def _beside(view: View, z: float, shift: int) -> tuple[int, int]:
    column, row = view.point(0.0, z)
    return column + shift, row + 4


def _draw_way(
    image: ByteArray, column: int, rows: tuple[float, float], name: str, length: str
) -> None:
    start, end = (round(row) for row in rows)
    cv2.arrowedLine(image, (column, start), (column, end), _MOTION, 2, cv2.LINE_AA, 0, 0.12)
    middle = (start + end) // 2
    draw_text(image, name, (column + 8, middle - 8), 0.45, _MOTION)
    draw_text(image, length, (column + 8, middle + 12), 0.45, _MOTION)


def main() -> None:
    """Draw a pick with a gripper of config/grippers."""
    parser = argparse.ArgumentParser(description='Draw the frames and motions of a pick.')
    parser.add_argument('out', type=Path, help='PNG file')
    parser.add_argument('--gripper', default='franka_hand', help='profile; franka_hand')
    arguments = parser.parse_args()
    image = draw_pick(Gripper.from_yaml(gripper_file(arguments.gripper)))
    cv2.imwrite(str(arguments.out), image[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])
    print(arguments.out)


if __name__ == '__main__':
    main()
