import numpy as np

from realvlg_ros.grasping.collision.holes import nearest_own_depth


def test_each_pixel_takes_the_nearest_reading_of_the_object():
    depth = np.zeros((4, 5), np.float32)
    depth[:, 0], depth[1, 4] = 0.5, 0.7
    mask = np.zeros((4, 5), bool)
    mask[1] = True
    nearest = nearest_own_depth(depth, mask)
    # Readings beside the mask are not the object's.
    assert nearest[0, 1] == nearest[3, 0] == np.float32(0.5)
    assert nearest[1, 3] == nearest[0, 4] == np.float32(0.7)


def test_an_object_without_a_reading_has_no_depth_to_take():
    depth = np.full((4, 5), 0.5, np.float32)
    depth[1] = 0
    mask = np.zeros((4, 5), bool)
    mask[1] = True
    assert not nearest_own_depth(depth, mask).any()
