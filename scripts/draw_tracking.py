"""Draw the animation of tracking in the README: `python scripts/draw_tracking.py OUT.webp`.

The simulated camera sees the world config/worlds/push.yaml: it moves while a mug is pushed and
turned. The red mug is grounded once, in one frame; its best grasp is what the tracker publishes
for each frame after that, drawn as the gripper would stand.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from realvlg_ros.arrays import ByteArray  # noqa: E402
from realvlg_ros.drawing.overlay import draw_overlay  # noqa: E402
from realvlg_ros.frame import RgbdFrame  # noqa: E402
from realvlg_ros.grasping.gripper import Gripper  # noqa: E402
from realvlg_ros.grasping.planner import GraspPlanner  # noqa: E402
from realvlg_ros.grounding.registry import make_grounder  # noqa: E402
from realvlg_ros.pipeline import Pipeline  # noqa: E402
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel  # noqa: E402
from realvlg_ros.simulation.renderer import Renderer  # noqa: E402
from realvlg_ros.simulation.trajectory import d435_camera  # noqa: E402
from realvlg_ros.simulation.world_file import read_world  # noqa: E402
from realvlg_ros.tracking.target.target import GraspTarget  # noqa: E402
from realvlg_ros.transforms import invert, transform_points  # noqa: E402

INSTRUCTION = 'pick up the red mug'
RATE_HZ = 30
SECONDS = 5.0
# The frame that is grounded.
ASKED = 15
# Every so many frames are drawn.
STRIDE = 3
QUALITY = 60
_FORK = (255, 190, 40)
_EDGE = (40, 26, 0)
# Length of the line of approach behind the fingers, m.
_STEM_M = 0.06
# Coordinates are drawn with 4 fractional bits.
_SHIFT = 4


def frames(seconds: float) -> Iterator[RgbdFrame]:
    """What the simulated camera sees, with noise in the depth."""
    world = read_world(ROOT / 'config' / 'worlds' / 'push.yaml')
    renderer = Renderer(world)
    for index in range(round(seconds * RATE_HZ)):
        time_s = index / RATE_HZ
        yield renderer.render(
            d435_camera(), world.trajectory.camera2world(time_s), DepthCameraModel(), index,
            time_s=time_s, stamp_ns=round(time_s * 1e9),
        ).frame  # fmt: skip


def pictures(gripper: Gripper, seconds: float) -> Iterator[ByteArray]:
    """The frames to show, (480 + caption, 640, 3) uint8 RGB."""
    grounder = make_grounder('tabletop')
    grounder.load()
    pipeline = Pipeline(grounder, GraspPlanner(gripper))
    for index, frame in enumerate(frames(seconds)):
        targets = pipeline.follow(frame)
        if index == ASKED:
            targets = [pipeline.finish(pipeline.start(frame, INSTRUCTION, 'red_mug'))]
        if index % STRIDE == 0:
            yield picture(frame, targets[0] if targets else None, gripper)


def picture(frame: RgbdFrame, target: GraspTarget | None, gripper: Gripper) -> ByteArray:
    """One frame with its target and a caption."""
    time_s = frame.stamp_ns * 1e-9
    image, caption = frame.color, f'{time_s:3.1f} s   waiting for an instruction'
    if target is not None:
        image = draw_overlay(frame.color, target.box, target.mask)
        if target.grasps:
            image = draw_gripper(image, frame, target, gripper)
        stable = 'stable' if target.stable else 'not stable'
        caption = f'{time_s:3.1f} s   "{INSTRUCTION}"   {target.state.name}, {stable}'
    strip = np.full((36, image.shape[1], 3), 24, np.uint8)
    cv2.putText(
        strip, caption, (10, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (240, 240, 240), 1, cv2.LINE_AA
    )
    return np.concatenate([image, strip])


def draw_gripper(
    image: ByteArray, frame: RgbdFrame, target: GraspTarget, gripper: Gripper
) -> ByteArray:
    """The best grasp as a fork: two fingers, what joins them, and the line of approach."""
    grasp = target.grasps[0]
    fixed2camera = np.eye(4) if frame.camera2fixed is None else invert(frame.camera2fixed)
    half, back = grasp.opening_width / 2, -gripper.finger_length
    fork = np.array(
        [(0, -half, 0), (0, -half, back), (0, half, back), (0, half, 0), (0, 0, back),
         (0, 0, back - _STEM_M)]
    )  # fmt: skip
    points = frame.camera.project(transform_points(fixed2camera @ grasp.tcp2frame, fork))
    lines = [
        np.round(points[part] * 2**_SHIFT).astype(np.int32) for part in ([0, 1, 2, 3], [4, 5])
    ]
    for color, width in ((_EDGE, 9), (_FORK, 5)):
        cv2.polylines(image, lines, False, color, width, cv2.LINE_AA, shift=_SHIFT)
    return image


def main() -> None:
    """Write the animation."""
    parser = argparse.ArgumentParser(description='Draw the animation of tracking.')
    parser.add_argument('output', type=Path, help='file, .webp or .gif')
    parser.add_argument('--seconds', type=float, default=SECONDS, help='of the world')
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    gripper = Gripper.from_yaml(ROOT / 'config' / 'grippers' / 'franka_hand.yaml')
    drawn = list(pictures(gripper, arguments.seconds))
    animation = cv2.Animation()
    animation.frames = [image[..., ::-1] for image in drawn]
    milliseconds = np.full(len(drawn), round(1000 * STRIDE / RATE_HZ), np.int32)
    # The last picture stands for a second before the first comes again.
    milliseconds[-1] += 1000
    animation.durations = milliseconds  # type: ignore[assignment]
    cv2.imwriteanimation(str(arguments.output), animation, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    print(f'{arguments.output}: {len(drawn)} pictures, {arguments.output.stat().st_size} bytes')


if __name__ == '__main__':
    main()
