"""Image files, frame folders and bags."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from benchmarks.bag_fuzz.seeds import FIXED_FRAME, Seeds, make_seeds
from benchmarks.fuzz.target import Target
from realvlg_ros.boundary import Boundary
from realvlg_ros.errors import FrameError
from realvlg_ros.frame_folder import read_frame
from realvlg_ros.image_files import read_image
from realvlg_ros.replay.bags.bag import Bag
from realvlg_ros.replay.bags.frames import BagFrames
from realvlg_ros.replay.bags.topics import choose_topics

_SIDES = (36, 48)


@cache
def _seeds() -> Seeds:
    with TemporaryDirectory() as folder:
        return make_seeds(Path(folder))


def _images(_: Path) -> Mapping[str, bytes]:
    rng = np.random.default_rng(0)
    color = rng.integers(0, 255, (*_SIDES, 3), np.uint8)
    made = {
        'color.png': cv2.imencode('.png', color)[1],
        'depth.png': cv2.imencode('.png', rng.integers(0, 9000, _SIDES).astype(np.uint16))[1],
        'color.jpg': cv2.imencode('.jpg', color)[1],
        'progressive.jpg': cv2.imencode('.jpg', color, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1],
        'other.bmp': cv2.imencode('.bmp', color)[1],
    }
    return {name: data.tobytes() for name, data in made.items()}


def _image(data: bytes, folder: Path) -> object:
    path = folder / 'image'
    path.write_bytes(data)
    boundary = Boundary(str(path), FrameError)
    return read_image(path, cv2.IMREAD_UNCHANGED, boundary)


def _parts_of_frame(_: Path) -> Mapping[str, bytes]:
    """Each file of a frame folder, behind its name and a line's end."""
    return {
        name: f'{name}\n'.encode() + data
        for name, data in _seeds().folder.items()
        if name in ('color.png', 'depth.png', 'camera.json')
    }


def _frame(data: bytes, folder: Path) -> object:
    """A frame folder of which one file is what is given; a name that is none harms color.png."""
    name, _, content = data.partition(b'\n')
    harmed = name.decode('ascii', 'replace')
    files = dict(_seeds().folder)
    files[harmed if harmed in files else 'color.png'] = content
    for each, held in files.items():
        (folder / each).write_bytes(held)
    return read_frame(folder)


def _bags(_: Path) -> Mapping[str, bytes]:
    return _seeds().bags


def _bag(data: bytes, folder: Path) -> object:
    path = folder / 'bag'
    path.write_bytes(data)
    with Bag(path) as bag:
        for _ in BagFrames(bag, choose_topics(bag), fixed_frame=FIXED_FRAME):
            pass
    return None


TARGETS = (
    Target('image file', _images, _image, weight=12),
    Target('frame folder', _parts_of_frame, _frame, weight=2),
    Target('bag', _bags, _bag),
)
