import numpy as np
import pytest

from realvlg_ros.errors import TransformError
from realvlg_ros.transform_buffer import TransformBuffer
from realvlg_ros.transforms import from_quaternion, invert

SECOND = 1_000_000_000


def shift(x, y=0.0, z=0.0):
    return from_quaternion([x, y, z], [0, 0, 0, 1])


def test_chain_up_and_down_the_tree():
    buffer = TransformBuffer()
    quarter = from_quaternion([0, 1, 0], [0, 0, np.sqrt(0.5), np.sqrt(0.5)])
    buffer.set_transform('world', 'base', shift(1), 0, static=True)
    buffer.set_transform('base', 'camera', quarter, 0, static=True)
    buffer.set_transform('/world', '/table', shift(0, 0, 2), 0, static=True)
    expected = invert(shift(0, 0, 2)) @ shift(1) @ quarter
    assert buffer.lookup('table', 'camera', 5) == pytest.approx(expected)
    assert buffer.lookup('camera', 'table', 5) == pytest.approx(invert(expected))
    assert buffer.lookup('camera', 'camera', 5) == pytest.approx(np.eye(4))


def test_interpolates_between_stamps_in_any_order_of_arrival():
    buffer = TransformBuffer()
    for second in (2, 0, 1):
        buffer.set_transform('base', 'hand', shift(second**2), second * SECOND)
    assert buffer.lookup('base', 'hand', SECOND // 2)[0, 3] == pytest.approx(0.5)
    assert buffer.lookup('base', 'hand', 3 * SECOND // 2)[0, 3] == pytest.approx(2.5)
    assert buffer.lookup('base', 'hand', 2 * SECOND)[0, 3] == pytest.approx(4)


def test_a_time_outside_the_history_says_how_far():
    buffer = TransformBuffer(history_s=5)
    buffer.set_transform('base', 'hand', shift(0), 0)
    for second in (5, 10):
        buffer.set_transform('base', 'hand', shift(second / 10), second * SECOND)
    with pytest.raises(TransformError, match=r'\+4\.000 s away'):
        buffer.lookup('base', 'hand', SECOND)
    with pytest.raises(TransformError, match=r'-1\.000 s away'):
        buffer.lookup('base', 'hand', 11 * SECOND)
    assert buffer.lookup('base', 'hand', 10 * SECOND)[0, 3] == 1


def test_unknown_and_unconnected_frames_are_named():
    buffer = TransformBuffer()
    buffer.set_transform('a', 'b', shift(0), 0, static=True)
    buffer.set_transform('c', 'd', shift(0), 0, static=True)
    with pytest.raises(TransformError, match=r"'x' is not known.*known frames: a, b, c, d"):
        buffer.lookup('a', 'x', 0)
    with pytest.raises(TransformError, match=r"no transform connects 'd' and 'b'.*\(d -> c\)"):
        buffer.lookup('b', 'd', 0)
    with pytest.raises(TransformError, match='--frame-id b --child-frame-id c'):
        buffer.lookup('b', 'd', 0)
    assert buffer.lookup('y', '/y', 0) == pytest.approx(np.eye(4))


def test_one_stamp_far_from_the_others_is_not_believed():
    buffer = TransformBuffer(history_s=5)
    for second in range(100, 110):
        buffer.set_transform('base', 'hand', shift(second), second * SECOND)
        for odd in (0, 10_000):
            buffer.set_transform('base', 'hand', shift(-1), odd * SECOND)
    assert buffer.lookup('base', 'hand', 108 * SECOND)[0, 3] == pytest.approx(108)
    with pytest.raises(TransformError, match='away'):
        buffer.lookup('base', 'hand', 111 * SECOND)
    for second in range(10, 13):
        buffer.set_transform('base', 'hand', shift(second), second * SECOND)
    assert buffer.lookup('base', 'hand', 12 * SECOND)[0, 3] == pytest.approx(12)


def test_a_new_parent_replaces_the_old_one_and_a_loop_is_refused():
    buffer = TransformBuffer()
    buffer.set_transform('a', 'b', shift(1), 0, static=True)
    buffer.set_transform('c', 'b', shift(2), 0)
    assert buffer.lookup('c', 'b', 0)[0, 3] == 2
    buffer.set_transform('b', 'c', shift(2), 0)
    with pytest.raises(TransformError, match='loop'):
        buffer.lookup('c', 'b', 0)


def test_clear_keeps_what_is_static():
    buffer = TransformBuffer()
    buffer.set_transform('base', 'camera', shift(1), 0, static=True)
    buffer.set_transform('base', 'hand', shift(1), 7 * SECOND)
    buffer.clear()
    assert buffer.lookup('base', 'camera', 0)[0, 3] == 1
    with pytest.raises(TransformError, match='hand'):
        buffer.lookup('base', 'hand', 7 * SECOND)
    buffer.set_transform('base', 'hand', shift(3), SECOND)
    assert buffer.lookup('base', 'hand', SECOND)[0, 3] == 3


@pytest.mark.parametrize(
    ('parent', 'child', 'transform'),
    [('', 'a', np.eye(4)), ('a', 'a', np.eye(4)), ('a', 'b', np.full((4, 4), np.nan))],
)
def test_invalid_transforms_are_refused(parent, child, transform):
    with pytest.raises(TransformError):
        TransformBuffer().set_transform(parent, child, transform, 0)
