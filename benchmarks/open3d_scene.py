"""What a user would assemble from Open3D to find the objects on a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from realvlg_ros.frame import RgbdFrame

# The values of Open3D's own tutorials, and voxels of 5 mm, as is usual for a table.
_VOXEL_M = 0.005
_PLANE_M, _PLANE_POINTS, _PLANE_ROUNDS = 0.01, 3, 1000
_CLUSTER_M, _CLUSTER_POINTS = 0.02, 10
_LEAST_POINTS = 50
# Farther than any reading, m: none is cut off.
_FARTHEST_M = 100.0


def import_open3d() -> Any:
    """Open3D, or None after saying that its side is left out."""
    try:
        import open3d
    except ImportError as error:
        print(f'Open3D cannot be loaded ({error}): its side is left out; pip install open3d-cpu')
        return None
    return open3d


def find_boxes(open3d: Any, frame: RgbdFrame) -> list[Any]:
    """The oriented boxes of the objects in a frame: points, voxels, table, clusters, boxes."""
    camera = frame.camera
    cloud = open3d.geometry.PointCloud.create_from_depth_image(
        open3d.geometry.Image(frame.depth),
        open3d.camera.PinholeCameraIntrinsic(
            camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy
        ),
        depth_scale=1.0,
        depth_trunc=_FARTHEST_M,
    )
    cloud = cloud.voxel_down_sample(_VOXEL_M)
    if len(cloud.points) < _LEAST_POINTS:
        return []
    _, table = cloud.segment_plane(_PLANE_M, _PLANE_POINTS, _PLANE_ROUNDS)
    above = cloud.select_by_index(table, invert=True)
    labels = np.asarray(above.cluster_dbscan(_CLUSTER_M, _CLUSTER_POINTS))
    sizes = np.bincount(labels[labels >= 0], minlength=1)
    chosen = (labels == label for label in np.flatnonzero(sizes >= _LEAST_POINTS))
    clusters = [above.select_by_index(np.flatnonzero(cluster)) for cluster in chosen]
    return [_box(cluster) for cluster in clusters]


def _box(cluster: Any) -> Any:
    try:
        return cluster.get_oriented_bounding_box()
    except RuntimeError:
        # A flat cluster has no hull.
        return cluster.get_axis_aligned_bounding_box()
