"""Whether an object is seen well enough that a person would ask for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import FloatArray, Int32Array
from ..camera import Camera
from ..simulation.ray_caster import RayCaster
from ..simulation.sim_object import SimObject

# A target with fewer pixels or a smaller share of it in sight is hidden, and one within this many
# pixels of the image's edge is cut: nobody would ask for it. Chosen.
_MIN_PIXELS, _MIN_SHARE, _EDGE_PX = 150, 0.6, 4


def well_seen(
    objects: Sequence[SimObject], target: str, camera: Camera, camera2world: FloatArray
) -> bool:
    """Whether an object is large enough in the image, not cut by its edge, and mostly in sight.

    Args:
        objects: all of them, where they are.
        target: name of the one.
        camera: intrinsics.
        camera2world: 4x4 pose of the optical frame.
    """
    names = [item.name for item in objects]
    mask = _first_hits(objects, camera, camera2world) == names.index(target)
    inner = mask[_EDGE_PX:-_EDGE_PX, _EDGE_PX:-_EDGE_PX]
    if mask.sum() < _MIN_PIXELS or inner.sum() < mask.sum():
        return False
    whole = _first_hits([objects[names.index(target)]], camera, camera2world) == 0
    return bool(mask.sum() >= _MIN_SHARE * whole.sum())


def _first_hits(
    objects: Sequence[SimObject], camera: Camera, camera2world: FloatArray
) -> Int32Array:
    """(height, width) index of the object that each pixel shows; -1 for none."""
    triangles = [item.world_vertices()[np.asarray(item.mesh.faces)] for item in objects]
    caster = RayCaster([faces.astype(np.float32) for faces in triangles])
    rays = np.concatenate([camera.rays, np.ones((*camera.rays.shape[:2], 1))], axis=-1)
    directions = (rays.reshape(-1, 3) @ camera2world[:3, :3].T).astype(np.float32)
    origins = np.broadcast_to(camera2world[:3, 3].astype(np.float32), directions.shape).copy()
    return caster.first_hits(origins, directions).body.reshape(camera.height, camera.width)
