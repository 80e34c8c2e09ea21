"""Images of a data set, with or without depth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from ...boundary import Boundary
from ...camera import Camera
from ...camera.camera_file import CameraFile
from ...errors import CameraError, FrameError
from ...files import read_array
from ...frame import RgbdFrame
from ...frame_folder import read_frame
from ...image_files import read_image


class View(Protocol):
    """Where an image is, and what is known of its depth."""

    @property
    def color_file(self) -> Path:
        """The image in colour."""
        ...

    @property
    def has_depth(self) -> bool:
        """Whether there is depth with it, and the camera is known."""
        ...

    def load(self) -> RgbdFrame:
        """Read it.

        Raises:
            FrameError: a file is missing or cannot be used.
            CameraError: the intrinsics cannot be used.
        """
        ...


@dataclass(frozen=True)
class FolderView:
    """A frame folder: color.png, depth.png and camera.json."""

    folder: Path
    has_depth: bool = True

    @property
    def color_file(self) -> Path:
        """See View."""
        return self.folder / 'color.png'

    def load(self) -> RgbdFrame:
        """See View."""
        return read_frame(self.folder)


@dataclass(frozen=True)
class ImageView:
    """An image in colour alone.

    Its frame has no depth reading, so that nothing can be computed from its intrinsics, which
    stand for none.
    """

    color_file: Path
    has_depth: bool = False

    def load(self) -> RgbdFrame:
        """See View."""
        rgb = _read_rgb(self.color_file)
        height, width = rgb.shape[:2]
        unknown = Camera(width, height, width, width, (width - 1) / 2, (height - 1) / 2)
        return RgbdFrame(rgb, np.zeros((height, width), np.float32), unknown)


@dataclass(frozen=True)
class DepthView:
    """An image in colour, one of depth, 16 bits, and the camera of both.

    Attributes:
        color_file, depth_file: of one size.
        camera_file: a camera.json as of a frame folder.
    """

    color_file: Path
    depth_file: Path
    camera_file: Path
    has_depth: bool = True

    def load(self) -> RgbdFrame:
        """See View."""
        given = CameraFile.read(self.camera_file)
        rgb = _read_rgb(self.color_file)
        return RgbdFrame.from_arrays(
            rgb, _read_depth(self.depth_file), given.camera,
            depth_scale=given.depth_scale, noise=given.noise,
        )  # fmt: skip


@dataclass(frozen=True)
class MatrixView:
    """An image in colour, one of depth in millimetres, and a camera matrix, as GraspNet has them.

    Attributes:
        color_file, depth_file: of one size.
        matrix_file: an .npy file of the 3x3 intrinsic matrix.
    """

    color_file: Path
    depth_file: Path
    matrix_file: Path
    has_depth: bool = True

    def load(self) -> RgbdFrame:
        """See View."""
        boundary = Boundary(str(self.matrix_file), CameraError)
        with boundary.guard():
            fx, _, cx, _, fy, cy, *_ = read_array(self.matrix_file, boundary).astype(float).flat
        rgb = _read_rgb(self.color_file)
        height, width = rgb.shape[:2]
        camera = Camera(width, height, fx, fy, cx, cy)
        return RgbdFrame.from_arrays(rgb, _read_depth(self.depth_file), camera)


def image_view(color: Path, depth: Path, camera: Path) -> View:
    """An image with its depth where both that and the camera are known.

    Args:
        color: file of the image.
        depth: file of its depth, which need not be there.
        camera: a camera.json, which need not be there.
    """
    if depth.is_file() and camera.is_file():
        return DepthView(color, depth, camera)
    return ImageView(color)


def view_beside(color: Path) -> View:
    """An image with the depth that lies beside it, in a frame folder or as GraspNet has it.

    GraspNet has rgb/YYYY.png, depth/YYYY.png and camK.npy in one folder.
    """
    folder = color.parent
    if color.name == 'color.png' and (folder / 'depth.png').is_file():
        return FolderView(folder)
    depth, matrix = folder.parent / 'depth' / f'{color.stem}.png', folder.parent / 'camK.npy'
    if depth.is_file() and matrix.is_file():
        return MatrixView(color, depth, matrix)
    return ImageView(color)


def _read_rgb(path: Path) -> np.ndarray:
    boundary = Boundary(str(path), FrameError)
    return np.ascontiguousarray(read_image(path, cv2.IMREAD_COLOR, boundary)[..., ::-1])


def _read_depth(path: Path) -> npt.NDArray[Any]:
    return read_image(path, cv2.IMREAD_UNCHANGED, Boundary(str(path), FrameError))
