from __future__ import annotations

import sys

import numpy as np
import pytest

pytest.importorskip('vision_msgs', reason='vision_msgs is not installed')

from realvlg_ros.camera import Camera
from realvlg_ros.errors import FrameError, MissingDependencyError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus, ObjectCandidate
from realvlg_ros.image_region import Box, RegionMask
from realvlg_ros.ros.conversions.detections import detections_2d, detections_3d

CAMERA = Camera(40, 30, 100.0, 100.0, 19.5, 14.5, (), 'optical')
BOX = Box(10, 8, 20, 14)


def test_object_becomes_one_detection() -> None:
    grounding = Grounding(
        GroundingStatus.OK, 'the mug', stamp_ns=3_000_000_001, frame_id='optical',
        request_id='r-1', label='mug', score=0.75, box=BOX,
    )  # fmt: skip
    array = detections_2d(grounding)
    (detection,) = array.detections
    assert (array.header.frame_id, array.header.stamp.nanosec) == ('optical', 1)
    assert detection.id == 'r-1'
    assert detection.results[0].hypothesis.class_id == 'mug'
    assert detection.results[0].hypothesis.score == 0.75
    # Pixel centres 10 to 19 and 8 to 13.
    assert (detection.bbox.center.position.x, detection.bbox.center.position.y) == (14.5, 10.5)
    assert (detection.bbox.size_x, detection.bbox.size_y) == (10, 6)


def test_candidates_become_detections() -> None:
    candidates = tuple(ObjectCandidate(n, '', 0.5, BOX) for n in ('red mug', 'blue mug'))
    grounding = Grounding(GroundingStatus.AMBIGUOUS, 'the mug', candidates=candidates)
    array = detections_2d(grounding)
    names = [d.results[0].hypothesis.class_id for d in array.detections]
    assert names == ['red mug', 'blue mug']


def test_box_in_space_spans_the_visible_points() -> None:
    depth = np.full((30, 40), 2.0, np.float32)
    depth[8:14, 10:20] = 1.0
    # One stray reading does not stretch the box.
    depth[10, 15] = 1.9
    frame = RgbdFrame.from_arrays(np.zeros((30, 40, 3), np.uint8), depth, CAMERA, 5)
    mask = RegionMask(10, 8, np.ones((6, 10), bool))
    array = detections_3d('mug', 0.5, mask, frame)
    bbox = array.detections[0].bbox
    # Columns 10 to 19 at 1 m: (10 - 19.5) / 100 to (19 - 19.5) / 100.
    assert bbox.center.position.x == pytest.approx(-0.05, abs=1e-3)
    assert bbox.center.position.y == pytest.approx(-0.04, abs=1e-3)
    assert bbox.center.position.z == pytest.approx(1.0, abs=1e-3)
    assert (bbox.size.x, bbox.size.z) == pytest.approx((0.09, 0.0), abs=1e-3)
    assert array.detections[0].results[0].pose.pose.position.z == bbox.center.position.z
    hidden = RgbdFrame(frame.color, np.zeros((30, 40), np.float32), CAMERA)
    with pytest.raises(FrameError, match='no pixel of the mask'):
        detections_3d('mug', 0.5, mask, hidden)


def test_without_vision_msgs_it_says_what_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'vision_msgs', None)
    with pytest.raises(MissingDependencyError, match='detections are off'):
        detections_2d(Grounding(GroundingStatus.NOT_FOUND, 'the cow'))
