"""Which layout a data set has is seen from its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ...errors import LabelError
from .dataset import Dataset
from .layouts import frames, graspnet, ocid_vlg, realvlg, single_object

# The first that finds something is taken.
_LAYOUTS: tuple[Callable[[Path], Dataset | None], ...] = (
    realvlg.find,
    ocid_vlg.find,
    graspnet.find,
    single_object.find_cornell,
    single_object.find_jacquard,
    frames.find,
)


def open_dataset(path: Path) -> Dataset:
    """Find the images of a data set and what is asked about them; they are read when needed.

    Args:
        path: a metadata file of RealVLG, or a folder: of RealVLG, Cornell, Jacquard, OCID-VLG,
            GraspNet, or of frame folders with objects_seen.json or the simulator's labels.json.

    Raises:
        LabelError: there is none, or a file that lists many images cannot be read.
    """
    try:
        there = path.is_dir() or path.is_file()
    except OSError:
        there = False
    if not there:
        raise LabelError(f'{path} is neither a file nor a folder; give a data set')
    for find in _LAYOUTS:
        if (found := find(path)) is not None:
            return found
    raise LabelError(
        f'{path} holds no data set that is known: RealVLG (metadata/**/*.json or one .json), '
        'OCID-VLG (refer/*/*_expressions.json), GraspNet (scenes/scene_*/*/rect/*.npy), Cornell '
        '(pcd*cpos.txt), Jacquard (*_grasps.txt) or frame folders with objects_seen.json'
    )
