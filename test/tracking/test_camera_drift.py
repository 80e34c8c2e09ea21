import numpy as np
import pytest

from realvlg_ros.tracking.camera_drift import CameraDrift

CAMERA = 'camera_optical'


def drift(*sights):
    watch = CameraDrift()
    for track_id, frame_id, place in sights:
        watch.add(track_id, frame_id, CAMERA, np.array(place))
    return watch.words('give a frame')


def test_how_far_the_object_moved_in_the_frame_of_the_camera_is_told():
    words = drift((1, CAMERA, [0.0, 0, 0.6]), (1, CAMERA, [0.04, 0.03, 0.6]), (1, CAMERA, [0] * 3))
    assert words == (
        "; it moved by 60 cm in 'camera_optical', the frame of the camera, and so is not stable: "
        'if it is the camera that moves, give a frame'
    )


@pytest.mark.parametrize(
    'sights',
    [
        [],
        # Noise, and another grasp of a fused object.
        [(1, CAMERA, [0, 0, 0.6]), (1, CAMERA, [0.01, 0, 0.61])],
        # In a fixed frame the object was moved.
        [(1, 'world', [0, 0, 0.6]), (1, 'world', [0.5, 0, 0.6])],
        # Another object is elsewhere.
        [(1, CAMERA, [0, 0, 0.6]), (2, CAMERA, [0.5, 0, 0.6])],
        # It lives in the fixed frame by now.
        [(1, CAMERA, [0, 0, 0.6]), (1, CAMERA, [0.5, 0, 0.6]), (1, 'world', [0, 0, 0])],
    ],
)
def test_nothing_is_told_where_the_camera_is_not_the_reason(sights):
    assert drift(*sights) == ''
