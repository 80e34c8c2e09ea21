"""Open3D for what it does best: normals, voxel grids and looking at clouds.

Nothing that runs at camera rate uses this module; Open3D is met only when a function is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .arrays import FloatArray, Int32Array
from .frame import RgbdFrame
from .grasping.grasp import Grasp
from .grasping.gripper import Gripper
from .optional import import_optional


def estimate_normals(
    points: npt.ArrayLike, radius: float, viewpoint: npt.ArrayLike = (0.0, 0.0, 0.0)
) -> FloatArray:
    """Unit normals (n, 3) of points (n, 3) from neighbours within a radius, m.

    They face the viewpoint, by default the camera's centre.

    Args:
        points: (n, 3) m.
        radius: of the neighbourhood, m.
        viewpoint: (3,) m.
    """
    cloud = _point_cloud(points)
    parameters = _open3d().geometry.KDTreeSearchParamHybrid(radius=radius, max_nn=30)
    cloud.estimate_normals(parameters)
    cloud.orient_normals_towards_camera_location(np.asarray(viewpoint, np.float64))
    return np.asarray(cloud.normals).copy()


def downsample(points: npt.ArrayLike, voxel: float) -> FloatArray:
    """One point, the mean, for each voxel (edge in m) that holds any of points (n, 3)."""
    return np.asarray(_point_cloud(points).voxel_down_sample(voxel).points).copy()


def scene_geometries(
    frame: RgbdFrame, grasps: Sequence[Grasp] = (), gripper: Gripper | None = None
) -> list[Any]:
    """The coloured cloud of a frame and the outlines of grasps, best one green.

    Args:
        frame: colour and depth.
        grasps: in the camera frame of the frame, best first.
        gripper: whose fingers are drawn; None for one of usual length.
    """
    o3d = _open3d()
    seen = frame.valid
    cloud = _point_cloud(frame.points[seen])
    cloud.colors = o3d.utility.Vector3dVector(frame.color[seen] / 255.0)
    geometries = [cloud]
    for rank, grasp in enumerate(grasps):
        corners, edges = gripper_outline(grasp, gripper)
        lines = o3d.geometry.LineSet(
            o3d.utility.Vector3dVector(corners), o3d.utility.Vector2iVector(edges)
        )
        lines.paint_uniform_color((0.1, 0.8, 0.2) if rank == 0 else (0.9, 0.6, 0.1))
        geometries.append(lines)
    return geometries


def show(frame: RgbdFrame, grasps: Sequence[Grasp] = (), gripper: Gripper | None = None) -> None:
    """Open a window with the cloud and the grasps; returns when it is closed.

    Args:
        frame: colour and depth.
        grasps: in the camera frame of the frame, best first.
        gripper: whose fingers are drawn; None for one of usual length.
    """
    _open3d().visualization.draw_geometries(scene_geometries(frame, grasps, gripper))


def gripper_outline(grasp: Grasp, gripper: Gripper | None = None) -> tuple[FloatArray, Int32Array]:
    """Corners (6, 3) and edges (5, 2) of a gripper drawn as a fork, in the grasp's frame."""
    length = 0.045 if gripper is None else gripper.finger_length
    half = grasp.opening_width / 2
    corners = np.array(
        [
            [0, half, 0], [0, half, -length], [0, -half, -length], [0, -half, 0],
            [0, 0, -length], [0, 0, -2 * length],
        ]
    )  # fmt: skip
    edges = np.array([[0, 1], [1, 4], [4, 2], [2, 3], [4, 5]], np.int32)
    placed = corners @ grasp.tcp2frame[:3, :3].T + grasp.tcp2frame[:3, 3]
    return placed, edges


def _point_cloud(points: npt.ArrayLike) -> Any:
    o3d = _open3d()
    points = np.ascontiguousarray(points, np.float64).reshape(-1, 3)
    return o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points))


def _open3d() -> Any:
    return import_optional(
        'open3d',
        'Open3D cannot be used',
        'pip install open3d-cpu, and apt install libusb-1.0-0 libgl1 libgomp1 where they are '
        'missing',
    )
