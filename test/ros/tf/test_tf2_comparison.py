"""TransformBuffer against upstream's tf2, where that is installed."""

from __future__ import annotations

import numpy as np
import pytest

from realvlg_ros.arrays import FloatArray

pytest.importorskip('tf2_py', reason='tf2 is not installed: nothing to compare with')

import tf2_py
from rclpy.time import Time
from scipy.spatial.transform import Rotation

from realvlg_ros.errors import TransformError
from realvlg_ros.ros.tf.tf_adapter import transform_from_msg, transform_to_msg
from realvlg_ros.transform_buffer import TransformBuffer
from realvlg_ros.transforms import make_transform

# child: (parent, static)
_TREE = {
    'odom': ('map', False),
    'base': ('odom', False),
    'arm': ('base', False),
    'hand': ('arm', False),
    'camera': ('hand', True),
    'mast': ('base', True),
    'top_camera': ('mast', True),
}
_PERIOD_NS = 20_000_000
_START_NS = 1_767_225_600_000_000_000


def random_transform(rng: np.random.Generator) -> FloatArray:
    return make_transform(Rotation.random(random_state=rng).as_matrix(), rng.normal(size=3))


def fill(rng: np.random.Generator) -> tuple[TransformBuffer, object]:
    """Give both the same history; the streams are not synchronous."""
    ours, theirs = TransformBuffer(), tf2_py.BufferCore()
    for child, (parent, static) in _TREE.items():
        offset = int(rng.integers(0, _PERIOD_NS))
        for i in range(1 if static else 50):
            stamp = 0 if static else _START_NS + offset + i * _PERIOD_NS
            msg = transform_to_msg(parent, child, random_transform(rng), stamp)
            ours.set_transform(parent, child, transform_from_msg(msg), stamp, static)
            (theirs.set_transform_static if static else theirs.set_transform)(msg, 'test')
    return ours, theirs


@pytest.mark.parametrize('seed', range(5))
def test_lookups_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ours, theirs = fill(rng)
    names = ['map', *_TREE]
    for _ in range(200):
        target, source = rng.choice(names, 2)
        stamp = int(_START_NS + rng.integers(_PERIOD_NS, 49 * _PERIOD_NS))
        expected = theirs.lookup_transform_core(target, source, Time(nanoseconds=stamp))
        np.testing.assert_allclose(
            ours.lookup(target, source, stamp), transform_from_msg(expected), atol=1e-9
        )


@pytest.mark.parametrize('stamp_offset', [-1, 60 * _PERIOD_NS])
def test_both_refuse_to_extrapolate(stamp_offset: int) -> None:
    ours, theirs = fill(np.random.default_rng(0))
    stamp = _START_NS + stamp_offset
    with pytest.raises(tf2_py.ExtrapolationException):
        theirs.lookup_transform_core('map', 'hand', Time(nanoseconds=stamp))
    with pytest.raises(TransformError):
        ours.lookup('map', 'hand', stamp)


def test_both_refuse_what_is_not_connected() -> None:
    ours, theirs = fill(np.random.default_rng(0))
    with pytest.raises(tf2_py.LookupException):
        theirs.lookup_transform_core('map', 'nowhere', Time(nanoseconds=_START_NS))
    with pytest.raises(TransformError):
        ours.lookup('map', 'nowhere', _START_NS)
