"""Draw a gripper profile to scale: `python -m realvlg_ros.drawing.gripper_drawing OUT_DIR`."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..arrays import ByteArray
from ..errors import GripperError
from ..grasping.gripper import Gripper
from ..resources import share_folder

Color = tuple[int, int, int]

# Width and height of the picture and its margin, px, and colours, RGB. Chosen: fits a page.
_SIZE_PX = (920, 560)
_MARGIN_PX = 70
_PALM: Color = (205, 210, 216)
_FINGER: Color = (150, 178, 208)
_EDGE: Color = (60, 66, 74)
_DIMENSION: Color = (120, 60, 20)
_AXES: tuple[tuple[str, Color], ...] = (('x', (200, 40, 40)), ('y', (30, 140, 40)))
_APPROACH: Color = (40, 70, 210)


def draw_gripper(gripper: Gripper) -> ByteArray:
    """Draw the profile from the front (y, z) and from the side (x, z), at its largest opening.

    Returns:
        (560, 920, 3) uint8 RGB. The approach, +z of the TCP, points down; lengths are in mm.
    """
    image = np.full((_SIZE_PX[1], _SIZE_PX[0], 3), 255, np.uint8)
    finger_outer = gripper.max_opening / 2 + gripper.finger_thickness
    front = 2 * max(finger_outer, gripper.palm_size[1] / 2)
    side = max(gripper.finger_width, gripper.palm_size[0])
    height = gripper.finger_length + gripper.palm_size[2]
    scale = min(
        (_SIZE_PX[0] - 5 * _MARGIN_PX) / (front + side), (_SIZE_PX[1] - 3 * _MARGIN_PX) / height
    )
    tip_row = _SIZE_PX[1] - 1.6 * _MARGIN_PX
    front_column = 1.5 * _MARGIN_PX + front * scale / 2
    side_column = _SIZE_PX[0] - 1.5 * _MARGIN_PX - side * scale / 2
    _draw_front(View(image, scale, front_column, tip_row), gripper)
    _draw_side(View(image, scale, side_column, tip_row), gripper)
    draw_text(image, f'{gripper.name}  (mm)', (24, 34), 0.7, _EDGE)
    mount = gripper.tcp2parent_link[:3, 3] * 1e3
    caption = f'TCP at ({mount[0]:.1f}, {mount[1]:.1f}, {mount[2]:.1f}) in {gripper.parent_link}'
    draw_text(image, f'{caption} of {gripper.urdf}', (24, _SIZE_PX[1] - 16), 0.42, _EDGE)
    return image


@dataclass(frozen=True)
class View:
    """One projection: TCP coordinates (across, z) in m to pixels, z down."""

    image: ByteArray
    scale: float
    column: float
    row: float

    def point(self, across: float, z: float) -> tuple[int, int]:
        """The pixel of a point, m."""
        return round(self.column + across * self.scale), round(self.row + z * self.scale)

    def box(self, low: tuple[float, float], high: tuple[float, float], color: Color) -> None:
        """Draw a filled box.

        Args:
            low: upper left corner, m.
            high: lower right corner, m.
            color: RGB.
        """
        cv2.rectangle(self.image, self.point(*low), self.point(*high), color, -1)
        cv2.rectangle(self.image, self.point(*low), self.point(*high), _EDGE, 1, cv2.LINE_AA)

    def dimension(self, start: tuple[float, float], end: tuple[float, float], shift: int) -> None:
        """Draw a dimension line between two points.

        Args:
            start: one end, m.
            end: the other end, m.
            shift: moves it right or down, px.
        """
        (x1, y1), (x2, y2) = self.point(*start), self.point(*end)
        vertical = x1 == x2
        length = abs(end[1] - start[1] if vertical else end[0] - start[0])
        if vertical:
            x1 = x2 = x1 + shift
        else:
            y1 = y2 = y1 + shift
        for tail, head in (((x1, y1), (x2, y2)), ((x2, y2), (x1, y1))):
            span = max(1, abs(x2 - x1) + abs(y2 - y1))
            cv2.arrowedLine(self.image, tail, head, _DIMENSION, 1, cv2.LINE_AA, 0, 6 / span)
        text = f'{length * 1e3:.4g}'
        width = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.42, 1)[0][0]
        middle = ((x1 + x2) // 2, (y1 + y2) // 2)
        at = (x1 + 6, middle[1] + 4) if vertical else (middle[0] - width // 2, y1 + 15)
        draw_text(self.image, text, at, 0.42, _DIMENSION)

    def axes(self, name: str, color: Color) -> None:
        """The TCP's axes: one across, and the approach down."""
        origin, length = self.point(0, 0), 34
        across = (origin[0] + length, origin[1])
        down = (origin[0], origin[1] + length)
        cv2.arrowedLine(self.image, origin, across, color, 2, cv2.LINE_AA, 0, 0.25)
        cv2.arrowedLine(self.image, origin, down, _APPROACH, 2, cv2.LINE_AA, 0, 0.25)
        draw_text(self.image, name, (across[0] + 4, across[1] + 4), 0.45, color)
        draw_text(self.image, 'z', (down[0] - 16, down[1] + 2), 0.45, _APPROACH)
        cv2.circle(self.image, origin, 3, _EDGE, -1, cv2.LINE_AA)


def _draw_front(view: View, gripper: Gripper) -> None:
    inner = gripper.max_opening / 2
    outer = inner + gripper.finger_thickness
    back, top = -gripper.finger_length, -gripper.finger_length - gripper.palm_size[2]
    palm = gripper.palm_size[1] / 2
    view.box((-palm, top), (palm, back), _PALM)
    for sign in (-1, 1):
        view.box((sign * inner, back), (sign * outer, 0.0), _FINGER)
    view.dimension((-palm, top), (palm, top), -24)
    view.dimension((-inner, back), (inner, back), 10)
    view.dimension((-outer, 0.0), (-inner, 0.0), 10)
    right = max(palm, outer)
    view.dimension((right, back), (right, 0.0), 14)
    view.dimension((right, top), (right, back), 14)
    view.axes('y', _AXES[1][1])


def _draw_side(view: View, gripper: Gripper) -> None:
    half, palm = gripper.finger_width / 2, gripper.palm_size[0] / 2
    back, top = -gripper.finger_length, -gripper.finger_length - gripper.palm_size[2]
    view.box((-palm, top), (palm, back), _PALM)
    view.box((-half, back), (half, 0.0), _FINGER)
    view.dimension((-palm, top), (palm, top), -24)
    view.dimension((-half, back), (half, back), 10)
    reach = max(half, palm)
    view.dimension((reach, -gripper.fingertip_depth), (reach, 0.0), 14)
    view.axes('x', _AXES[0][1])


def draw_text(image: ByteArray, text: str, at: tuple[int, int], size: float, color: Color) -> None:
    """Write into a picture.

    Args:
        image: (H, W, 3) uint8, changed in place.
        text: what to write.
        at: column and row of its lower left corner, px.
        size: of the letters, in units of OpenCV.
        color: RGB.
    """
    cv2.putText(image, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, color, 1, cv2.LINE_AA)


def write_drawings(profiles: Path, out: Path) -> list[Path]:
    """Draw every profile (*.yaml) of a folder to PNG files and return their paths.

    Raises:
        GripperError: the folder holds no profile, or one that is invalid.
    """
    sources = sorted(profiles.glob('*.yaml'))
    if not sources:
        raise GripperError(f'{profiles} holds no gripper profile (*.yaml)')
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for source in sources:
        path = out / f'{source.stem}.png'
        image = draw_gripper(Gripper.from_yaml(source))
        cv2.imwrite(str(path), image[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])
        paths.append(path)
    return paths


def main() -> None:
    """Draw the profiles of config/grippers."""
    parser = argparse.ArgumentParser(description='Draw every gripper profile to scale.')
    parser.add_argument('out_dir', type=Path, help='where the pictures go')
    parser.add_argument('--profiles', type=Path, help='folder of profiles; config/grippers')
    arguments = parser.parse_args()
    profiles = arguments.profiles or share_folder() / 'config' / 'grippers'
    for path in write_drawings(profiles, arguments.out_dir):
        print(path)


if __name__ == '__main__':
    main()
