import cv2
import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.errors import MissingDependencyError, ParameterError, RecordingError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.recording.blanking import Blanking, BlankingSettings
from realvlg_ros.recording.faces import FaceFinder
from realvlg_ros.transforms import make_transform

CAMERA = Camera(width=64, height=48, fx=60, fy=60, cx=31.5, cy=23.5)
# The camera looks down from 1 m above the origin.
LOOKING_DOWN = make_transform(np.diag([1.0, -1.0, -1.0]), [0, 0, 1])


def frame_with(depth: np.ndarray, pose: np.ndarray | None = LOOKING_DOWN) -> RgbdFrame:
    color = np.full((*depth.shape, 3), 200, np.uint8)
    name = '' if pose is None else 'base'
    return RgbdFrame(color, depth.astype(np.float32), CAMERA, camera2fixed=pose, fixed_frame=name)


def blanked(frame: RgbdFrame, **settings: object) -> np.ndarray:
    got, outside = Blanking(BlankingSettings(**settings)).apply(frame)
    black = (got.color == 0).all(axis=2)
    assert (outside == black).all()
    assert not got.depth[black].any()
    assert (got.color[~black] == 200).all()
    assert (got.depth[~black] == frame.depth[~black]).all()
    return black


def table() -> np.ndarray:
    return np.full((48, 64), 1.0)


def test_nothing_asked_blanks_nothing():
    frame = frame_with(table())
    got, outside = Blanking(BlankingSettings()).apply(frame)
    assert got is frame and not outside.any()


def test_what_is_too_far_is_blanked_and_so_is_what_nobody_knows():
    depth = table()
    depth[:10], depth[20:24, 20:24] = 3.0, 0.0
    black = blanked(frame_with(depth), max_depth=2.0)
    assert black[:10].all() and black[20:24, 20:24].all()
    assert black.sum() == 10 * 64 + 16


@pytest.mark.parametrize(
    ('hole', 'kept'),
    [
        ((slice(20, 24), slice(20, 24)), True),
        ((slice(10, 14), slice(20, 24)), False),
        ((slice(20, 24), slice(0, 4)), False),
    ],
    ids=['in the workspace', 'beside what is too far', 'at the edge of the image'],
)
def test_holes_are_kept_only_where_the_workspace_is_all_around_them(hole, kept):
    depth = table()
    depth[:10] = 3.0
    depth[hole] = 0.0
    black = blanked(frame_with(depth), max_depth=2.0, keep_holes=True)
    assert (~black[hole]).all() if kept else black[hole].all()
    assert black.sum() == 10 * 64 + (0 if kept else 16)


def test_the_box_is_in_the_fixed_frame():
    box = {'box_min': (-0.1, -0.2, -0.05), 'box_max': (0.3, 0.2, 0.5)}
    black = blanked(frame_with(table()), **box)
    x = (np.arange(64) - 31.5) / 60
    # The image's y points the other way.
    y = -(np.arange(48) - 23.5) / 60
    inside = ((x > -0.1) & (x < 0.3))[None] & (np.abs(y) < 0.2)[:, None]
    assert (black == ~inside).all()
    assert blanked(frame_with(table() - 0.7), **box).all()


def test_a_frame_whose_place_is_unknown_is_not_let_through():
    settings = BlankingSettings(box_min=(0, 0, 0), box_max=(1, 1, 1))
    with pytest.raises(RecordingError, match='not known'):
        Blanking(settings).apply(frame_with(table(), None))


def test_a_box_without_inside_is_refused():
    with pytest.raises(ParameterError, match='smaller numbers in box_min'):
        BlankingSettings(box_min=(0, 0, 0), box_max=(1, 1, 0))


def drawn_face(center: tuple[int, int], size: int) -> np.ndarray:
    """A picture (480, 640, 3) of a face from the front; size is half its height, px."""
    image = np.full((480, 640, 3), (120, 130, 140), np.uint8)

    def oval(dx: float, dy: float, a: float, b: float, color: tuple[int, int, int]) -> None:
        at = (round(center[0] + dx * size), round(center[1] + dy * size))
        cv2.ellipse(image, at, (round(a * size), round(b * size)), 0, 0, 360, color, -1)

    oval(0, 0, 0.75, 1, (205, 165, 140))
    oval(0, -0.85, 0.7, 0.3, (60, 40, 30))
    for side in (-0.32, 0.32):
        oval(side, -0.29, 0.2, 0.05, (70, 45, 35))
        oval(side, -0.12, 0.19, 0.11, (140, 100, 85))
        oval(side, -0.12, 0.15, 0.07, (235, 235, 235))
        oval(side, -0.12, 0.07, 0.07, (40, 30, 25))
    oval(0, 0.15, 0.07, 0.25, (222, 185, 160))
    oval(0, 0.32, 0.16, 0.05, (160, 115, 95))
    oval(0, 0.58, 0.3, 0.08, (150, 60, 60))
    return cv2.GaussianBlur(image, (0, 0), 0.03 * size)


def test_a_face_is_blanked_and_the_rest_of_the_table_is_not():
    color = drawn_face((420, 200), 70)
    camera = Camera(width=640, height=480, fx=600, fy=600, cx=319.5, cy=239.5)
    frame = RgbdFrame(color, np.full((480, 640), 1.0, np.float32), camera)
    got, outside = Blanking(BlankingSettings(faces=True)).apply(frame)
    assert not got.color[150:250, 380:460].any()
    assert not got.depth[150:250, 380:460].any()
    assert (got.color[:, :250] == color[:, :250]).all()
    assert 0.03 < outside.mean() < 0.3
    assert frame.color[200, 420].any()


def test_without_cascades_the_parameter_refuses_to_start(tmp_path, monkeypatch):
    with pytest.raises(MissingDependencyError, match=r'no cascade .*opencv-data'):
        FaceFinder(tmp_path)
    monkeypatch.setattr('realvlg_ros.recording.faces._folder', lambda: tmp_path)
    with pytest.raises(MissingDependencyError, match='set blanking.faces to false'):
        Blanking(BlankingSettings(faces=True))
