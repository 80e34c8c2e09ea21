"""Frames that no scene gives, and what must hold of whatever is made of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from realvlg_ros.camera import Camera
from realvlg_ros.errors import RealvlgError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.grounding.tabletop.grounder import TabletopGrounder
from realvlg_ros.image_region import RegionMask
from realvlg_ros.resources import gripper_file
from realvlg_ros.tracking.lock_step import LockStep
from realvlg_ros.tracking.measurement.object_view import make_view
from realvlg_ros.tracking.memory.key_frames import KeyFrame
from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.tracker import TargetTracker

HEIGHT, WIDTH = 96, 128
GRIPPER = Gripper.from_yaml(gripper_file('franka_hand'))
LENSES: dict[str, tuple[float, ...]] = {
    'none': (),
    'plumb_bob': (0.1, -0.05, 0.001, 0.001, 0.0),
    'rational': (0.3, -0.2, 0.0, 0.0, 0.1, 0.1, 0.1, 0.05),
    'thin prism': (0.01,) * 12,
    'no lens': (1e3, 1e3, 0.0, 0.0, 1e3),
}
SHAPES = (
    'box', 'ramp', 'slope', 'bowl', 'hole', 'specks', 'sparse', 'half', 'alone', 'thin', 'pixel',
)  # fmt: skip
COLORS = ('one', 'two', 'noise')
EXTREMES = (1e30, 3e38, 1e10, 1e-30, -1.0, float('inf'), float('nan'))


@dataclass(frozen=True)
class Scene:
    """What a frame is made of.

    Attributes:
        shape: of the object's depth.
        lens: name of the distortion.
        color: of the image.
        extreme: depth of single pixels, m.
        tilt: of the table, m a pixel.
        fixed: whether tf gives the camera's pose.
        place: first column and row of the object.
        size: of the object, px.
        seed: of the noise.
    """

    shape: str = 'box'
    lens: str = 'none'
    color: str = 'two'
    extreme: float = 0.0
    tilt: float = 0.0
    fixed: bool = False
    place: tuple[int, int] = (40, 30)
    size: tuple[int, int] = (40, 30)
    seed: int = 0

    def mask(self) -> np.ndarray:
        (x, y), (width, height) = self.place, self.size
        mask = np.zeros((HEIGHT, WIDTH), bool)
        if self.shape == 'thin':
            width = 1
        if self.shape == 'pixel':
            width = height = 1
        mask[y : y + height, x : x + width] = True
        return mask

    def depth(self) -> np.ndarray:
        random = np.random.default_rng(self.seed)
        rows, columns = np.mgrid[:HEIGHT, :WIDTH]
        depth = 0.6 + self.tilt * (columns - WIDTH / 2)
        mask = self.mask()
        along = (columns[mask] - self.place[0]) / max(self.size[0], 1)
        heights = {'ramp': 0.08 * along, 'slope': 0.5 * along, 'bowl': 0.1 * (along - 0.5) ** 2}
        depth[mask] -= heights.get(self.shape, 0.05)
        if self.shape == 'hole':
            depth[mask] = 0
        if self.shape == 'sparse':
            depth[random.random(depth.shape) < 0.9] = 0
        if self.shape == 'half':
            depth[mask & (columns % 2 == 0)] = 0
        if self.shape == 'alone':
            depth[~mask] = 0
        if self.shape == 'specks' or self.extreme:
            depth[random.random(depth.shape) < 0.02] = self.extreme or 1e30
        return depth.astype(np.float32)

    def image(self) -> np.ndarray:
        random = np.random.default_rng(self.seed)
        if self.color == 'noise':
            return random.integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
        image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
        if self.color == 'two':
            image[self.mask()] = (200, 20, 20)
        return image

    def frame(self, stamp_ns: int = 1) -> RgbdFrame:
        camera = Camera(
            WIDTH, HEIGHT, 120, 120, WIDTH / 2 - 0.5, HEIGHT / 2 - 0.5, LENSES[self.lens]
        )
        pose = np.diag([1.0, -1.0, -1.0, 1.0])
        pose[2, 3] = 0.6
        return RgbdFrame.from_arrays(
            self.image(), self.depth(), camera, stamp_ns,
            camera2fixed=pose if self.fixed else None, fixed_frame='base' if self.fixed else '',
        )  # fmt: skip

    def grounding(self, frame: RgbdFrame) -> Grounding:
        mask = RegionMask.from_full(self.mask())
        return Grounding(
            GroundingStatus.OK, 'the box', stamp_ns=frame.stamp_ns, request_id='r', label='box',
            frame_id=frame.camera.frame_id, image_width=WIDTH, image_height=HEIGHT, score=1.0,
            mask=mask, box=mask.box,
        )  # fmt: skip


def check_grasps(grasps) -> None:
    """Each can be sent: finite numbers, a covariance, shares from 0 to 1."""
    for grasp in grasps:
        assert np.all(np.isfinite(grasp.tcp2frame)) and np.all(np.isfinite(grasp.covariance))
        assert np.linalg.eigvalsh(grasp.covariance).min() > -1e-12
        assert 0 <= grasp.quality <= 1 and 0 <= grasp.opening_width <= GRIPPER.max_opening + 1e-9


def use(scene: Scene, follow: bool = True) -> None:
    """Look at, ground, plan and follow; what is refused is refused with a typed error."""
    try:
        frame = scene.frame()
    except RealvlgError:
        return
    assert np.all(np.isfinite(frame.depth)) and frame.depth.max() <= 1000
    grounding = scene.grounding(frame)
    planner = GraspPlanner(GRIPPER)
    key = KeyFrame.from_frame(frame)
    uses = [
        lambda: make_view(key, grounding.mask, np.eye(4), TrackerSettings()),
        lambda: TabletopGrounder().ground(frame, 'pick up the red box', lambda: False),
        lambda: check_grasps(planner.plan(frame, grounding).grasps),
        lambda: check_grasps(planner.plan(frame, replace(grounding, mask=None)).grasps),
    ]
    if follow:
        uses.append(lambda: _followed(frame, grounding, planner))
    for each in uses:
        try:
            each()
        except RealvlgError as error:
            assert len(str(error)) < 1500


def _followed(frame: RgbdFrame, grounding: Grounding, planner: GraspPlanner) -> None:
    stream = LockStep(TargetTracker(), planner)
    stream.update(frame)
    targets = [stream.set_grounding(grounding)]
    for index in range(1, 4):
        targets += stream.update(replace(frame, stamp_ns=frame.stamp_ns + index * 33_000_000))
    for target in targets:
        check_grasps(target.grasps)
        assert target.position_std >= 0 and target.rotation_std >= 0
