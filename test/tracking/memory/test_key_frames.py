from dataclasses import replace

import numpy as np
import pytest
from slab_scene import CAMERA

from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.tracking.memory.key_frames import KeyFrame, KeyFrameMemory, ThinnedFrame
from realvlg_ros.tracking.settings import TrackerSettings

MS = 1_000_000


def key(stamp_ns, camera=CAMERA):
    color = np.zeros((camera.height, camera.width, 3), np.uint8)
    depth = np.ones((camera.height, camera.width), np.float32)
    return KeyFrame.from_frame(RgbdFrame(color, depth, camera, stamp_ns))


def memory(limit_mb):
    return KeyFrameMemory(int(limit_mb * 1e6), 2 * MS, 30_000 * MS)


def test_keeps_the_newest_frames_within_the_bound():
    frames = memory(2.0)
    for index in range(20):
        frames.add(key(index * 33 * MS))
        assert frames.size_bytes <= 2e6
    # 240 x 320 x (3 colour + 4 depth) bytes a frame.
    assert len(frames) == int(2e6 // (320 * 240 * 7))
    assert frames.find(19 * 33 * MS).stamp_ns == 19 * 33 * MS
    assert frames.find(0) is None


def test_the_default_holds_at_720p_through_a_long_request():
    settings = TrackerSettings()
    camera = Camera(1280, 720, 900, 900, 639.5, 359.5)
    frames = memory(settings.memory_mb)
    first = key(0, camera)
    frames.add(first)
    assert frames.protect('r', 0)
    for index in range(1, 91):
        frames.add(replace(first, stamp_ns=index * 33 * MS))
        assert frames.size_bytes <= 64e6
    assert frames.find(0) is not None
    stones = [frame.stamp_ns for frame in frames.since(0)]
    assert len(stones) >= 15
    # Thinned evenly: nowhere is the gap more than a few times the mean.
    assert max(np.diff([0, *stones])) <= 4 * (stones[-1] / len(stones))
    frames.release('r')
    for index in range(91, 120):
        frames.add(replace(first, stamp_ns=index * 33 * MS))
    assert frames.find(0) is None


def test_a_request_may_come_before_its_frame():
    frames = memory(2.0)
    assert frames.protect('r', 66 * MS)
    for index in range(12):
        frames.add(key(index * 33 * MS))
    assert frames.find(66 * MS) is not None
    assert not frames.protect('late', 33 * MS + 5 * MS)


def test_protection_ends_after_the_timeout():
    frames = KeyFrameMemory(int(1.5e6), 2 * MS, 1000 * MS)
    frames.add(key(0))
    frames.protect('r', 0)
    for index in range(1, 40):
        frames.add(key(index * 33 * MS))
    assert frames.find(0) is None


def test_stamps_match_within_the_tolerance():
    frames = memory(4.0)
    frames.add(key(100 * MS))
    assert frames.find(101 * MS) is not None
    assert frames.find(104 * MS) is None


def test_thinned_frames_keep_what_they_stand_for():
    frames = memory(4.0)
    frames.protect('r', 0)
    for index in range(12):
        frames.add(key(index * 33 * MS))
    # The frames right after that of the request stay whole with it.
    assert all(frames.find(index * 33 * MS) is not None for index in range(3))
    stone = next(f for f in frames.since(0) if isinstance(f, ThinnedFrame))
    assert stone.size_bytes == 320 * 240 * 2
    again = stone.unpacked()
    assert (again.stamp_ns, again.camera) == (stone.stamp_ns, CAMERA)
    assert again.depth == pytest.approx(np.ones((240, 320)), abs=1e-6)
    assert frames.find(stone.stamp_ns) is None
