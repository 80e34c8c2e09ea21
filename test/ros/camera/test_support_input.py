"""The surface of tf as the support of a frame."""

import pytest
import table_scene

from realvlg_ros.errors import TransformError
from realvlg_ros.ros.camera.support_input import SupportSurface
from realvlg_ros.support_plane import find_support_plane, known_support
from realvlg_ros.transform_buffer import TransformBuffer


class Tf:
    """A lookup that does not wait."""

    def __init__(self):
        self.buffer = TransformBuffer()

    def wait(self, what, look_up):
        return look_up(self.buffer)


def test_a_surface_of_tf_is_where_the_depth_shows_it():
    tf, frame = Tf(), table_scene.frame()
    lowered = table_scene.camera2world().copy()
    lowered[2, 3] += 0.1
    tf.buffer.set_transform('base', frame.camera.frame_id, lowered, 0, static=True)
    placed = known_support(SupportSurface('base', 0.1).add_to(frame, tf))
    seen = find_support_plane(frame)
    assert placed.normal == pytest.approx(seen.normal, abs=0.01)
    assert placed.offset == pytest.approx(seen.offset, abs=0.002)


def test_a_surface_that_tf_does_not_know_is_an_error():
    with pytest.raises(TransformError, match='table'):
        SupportSurface('table', 0.0).add_to(table_scene.frame(), Tf())
