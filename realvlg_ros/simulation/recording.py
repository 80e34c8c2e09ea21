"""Write rendered frames with the truth about them as frame folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..arrays import FloatArray
from ..boundary import Boundary
from ..documents import read_json
from ..errors import FrameError
from ..frame_folder import write_frame
from ..image_region import RegionMask
from ..json_text import to_json_text
from .renderer import RenderedFrame
from .sim_object import SimObject
from .world import World


def write_rendered(folder: Path, rendered: RenderedFrame, world: World) -> None:
    """Write a frame folder, instance_ids.png (16 bit, 0 = no object) and labels.json.

    labels.json holds camera2world and, for each object of the world, its id, name, label, shape,
    color, size_m, visible_px, box_xyxy (null if it is not seen), object2world and object2camera
    (4x4, m).

    Args:
        folder: made if it is missing.
        rendered: frame and whose pixel is whose.
        world: that was rendered.
    """
    write_frame(folder, rendered.frame)
    cv2.imwrite(str(folder / 'instance_ids.png'), rendered.instance_ids.astype(np.uint16))
    labels = {
        'world': world.name,
        'stamp_ns': rendered.frame.stamp_ns,
        'camera2world': rendered.camera2world.tolist(),
        'objects': [
            _describe(index + 1, item, rendered) for index, item in enumerate(world.objects)
        ],
    }
    (folder / 'labels.json').write_text(to_json_text(labels, indent=1) + '\n')


def read_camera2world(folder: Path) -> FloatArray | None:
    """The 4x4 pose of the camera that labels.json of a frame folder gives; None without one.

    Raises:
        FrameError: it gives one that is none.
    """
    path = folder / 'labels.json'
    if not path.is_file():
        return None
    boundary = Boundary(str(path), FrameError)
    content = read_json(path, boundary)
    if not isinstance(content, dict) or 'camera2world' not in content:
        return None
    with boundary.guard('cannot be read'):
        pose = np.asarray(content['camera2world'], np.float64)
    rotation = pose[:3, :3] if pose.shape == (4, 4) else np.zeros((3, 3))
    if not np.isfinite(pose).all() or not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-3):
        raise FrameError(f'{path}: camera2world is no rigid transform of 4x4 numbers')
    return pose


def _describe(number: int, item: SimObject, rendered: RenderedFrame) -> dict[str, Any]:
    mask = rendered.mask(item.name)
    try:
        box = [int(value) for value in RegionMask.from_full(mask).box.as_tuple()]
    except FrameError:
        box = None
    return {
        'id': number,
        'name': item.name,
        'label': item.label,
        'shape': item.shape,
        'color': list(item.color),
        'size_m': np.round(item.mesh.extents, 6).tolist(),
        'visible_px': int(mask.sum()),
        'box_xyxy': box,
        'object2world': rendered.object2world[item.name].tolist(),
        'object2camera': rendered.object2camera(item.name).tolist(),
    }
