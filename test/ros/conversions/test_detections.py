from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

pytest.importorskip('vision_msgs', reason='vision_msgs is not installed')

from realvlg_ros.errors import MissingDependencyError
from realvlg_ros.grasping.completion.object_box import ObjectBox
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus, ObjectCandidate
from realvlg_ros.image_region import Box
from realvlg_ros.ros.conversions.detections import detections_2d, tracked_2d, tracked_3d
from realvlg_ros.tracking.target.target import GraspTarget, TargetState
from realvlg_ros.transforms import make_transform

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


def target(state: TargetState, track_id: int, **fields: Any) -> GraspTarget:
    return GraspTarget(
        state, 5, 'base', camera_frame_id='optical', track_id=track_id, label='mug', **fields
    )


def test_objects_that_are_followed_have_their_tracks_as_ids() -> None:
    box = ObjectBox(make_transform(np.eye(3), (0.1, 0.2, 0.3)), np.array([0.3, 0.2, 0.1]), True)
    targets = [
        target(TargetState.CONFIRMED, 3, box=BOX, object_box=box),
        target(TargetState.NO_GRASP, 4, box=BOX),
        target(TargetState.OCCLUDED, 5, box=BOX, object_box=box),
    ]
    flat, solid = tracked_2d(targets), tracked_3d(targets)
    assert (flat.header.frame_id, solid.header.frame_id) == ('optical', 'base')
    assert [d.id for d in flat.detections] == ['3', '4']
    assert [d.id for d in solid.detections] == ['3']
    bbox = solid.detections[0].bbox
    assert (bbox.center.position.x, bbox.size.x, bbox.size.z) == (0.1, 0.3, 0.1)
    assert solid.detections[0].results[0].pose.pose == bbox.center


def test_without_vision_msgs_it_says_what_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'vision_msgs', None)
    with pytest.raises(MissingDependencyError, match='detections are off'):
        detections_2d(Grounding(GroundingStatus.NOT_FOUND, 'the cow'))
