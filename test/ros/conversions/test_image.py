from __future__ import annotations

import sys
import types

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')

import cv2
from sensor_msgs.msg import CompressedImage, Image

from realvlg_ros.errors import MessageError, MissingDependencyError
from realvlg_ros.ros.conversions.compressed_image import encode_color, encode_depth
from realvlg_ros.ros.conversions.image import (
    array_from_image,
    color_from_msg,
    depth_from_msg,
    image_from_array,
)

RNG = np.random.default_rng(3)
RGB = RNG.integers(0, 256, (6, 8, 3), np.uint8)
DEPTH = RNG.integers(200, 3000, (6, 8), np.uint16)


def raw(encoding: str, pixels: np.ndarray, padding: int = 0, big: bool = False) -> Image:
    """An image as a driver may send it: padded rows, either byte order."""
    height, width = pixels.shape[:2]
    rows = pixels.astype(pixels.dtype.newbyteorder('>' if big else '<'))
    rows = np.ascontiguousarray(rows).view(np.uint8).reshape(height, -1)
    rows = np.pad(rows, ((0, 0), (0, padding)), constant_values=0xAB)
    msg = Image(height=height, width=width, encoding=encoding, is_bigendian=int(big))
    msg.step = rows.shape[1]
    msg.data = rows.tobytes()
    return msg


@pytest.mark.parametrize('padding', [0, 1, 16])
@pytest.mark.parametrize(
    ('encoding', 'pixels'),
    [
        ('rgb8', RGB),
        ('8UC3', RGB[..., ::-1]),
        ('8UC4', np.dstack([RGB[..., ::-1], np.full((6, 8), 7, np.uint8)])),
        ('16UC3', RGB[..., ::-1].astype(np.uint16) * 257),
        ('bgr8', RGB[..., ::-1]),
        ('rgba8', np.dstack([RGB, np.full((6, 8), 7, np.uint8)])),
        ('bgra8', np.dstack([RGB[..., ::-1], np.full((6, 8), 7, np.uint8)])),
        ('rgb16', RGB.astype(np.uint16) * 257),
        ('bgr16', RGB[..., ::-1].astype(np.uint16) * 257),
    ],
)
def test_colour_encodings_become_rgb(encoding: str, pixels: np.ndarray, padding: int) -> None:
    np.testing.assert_array_equal(color_from_msg(raw(encoding, pixels, padding)), RGB)


def test_big_endian_colour_of_16_bits() -> None:
    msg = raw('rgb16', RGB.astype(np.uint16) * 257, big=True)
    np.testing.assert_array_equal(color_from_msg(msg), RGB)


def test_grey_becomes_three_equal_channels() -> None:
    color = color_from_msg(raw('mono8', RGB[..., 0], 3))
    np.testing.assert_array_equal(color, np.repeat(RGB[..., :1], 3, axis=2))
    color = color_from_msg(raw('mono16', RGB[..., 0].astype(np.uint16) * 257))
    np.testing.assert_array_equal(color, np.repeat(RGB[..., :1], 3, axis=2))


@pytest.mark.parametrize(
    ('encoding', 'pattern'),
    [
        ('bayer_rggb8', 'RGGB'),
        ('bayer_bggr8', 'BGGR'),
        ('bayer_gbrg8', 'GBRG'),
        ('bayer_grbg8', 'GRBG'),
    ],
)
def test_bayer_of_a_uniform_colour(encoding: str, pattern: str) -> None:
    values = {'R': 200, 'G': 90, 'B': 20}
    tile = np.array([values[c] for c in pattern], np.uint8).reshape(2, 2)
    color = color_from_msg(raw(encoding, np.tile(tile, (4, 4))))
    np.testing.assert_array_equal(color[2:-2, 2:-2], np.full((4, 4, 3), (200, 90, 20)))


@pytest.mark.parametrize(('encoding', 'first'), [('uyvy', 1), ('yuv422', 1), ('yuv422_yuy2', 0)])
def test_yuv_of_a_uniform_red(encoding: str, first: int) -> None:
    # BT.601 limited range of (255, 0, 0): Y 81, U 90, V 240.
    pixels = np.empty((4, 8, 2), np.uint8)
    pixels[..., first] = 81
    pixels[:, 0::2, 1 - first], pixels[:, 1::2, 1 - first] = 90, 240
    color = color_from_msg(raw(encoding, pixels))
    assert np.abs(color.astype(int) - (255, 0, 0)).max() <= 3


@pytest.mark.parametrize('big', [False, True])
@pytest.mark.parametrize('padding', [0, 1, 10])
def test_depth_honours_step_and_byte_order(padding: int, big: bool) -> None:
    depth = depth_from_msg(raw('16UC1', DEPTH, padding, big))
    assert depth.dtype == np.uint16 and depth.dtype.isnative
    np.testing.assert_array_equal(depth, DEPTH)
    metres = (DEPTH / 1000).astype(np.float32)
    metres[0, 0] = np.nan
    depth = depth_from_msg(raw('32FC1', metres, padding, big))
    assert depth.dtype == np.float32 and depth.dtype.isnative
    np.testing.assert_array_equal(depth, metres)


def test_array_is_a_view_and_comes_back() -> None:
    msg = image_from_array(DEPTH, '16UC1', stamp_ns=1_500_000_000, frame_id='optical')
    assert (msg.header.stamp.sec, msg.header.stamp.nanosec) == (1, 500_000_000)
    assert (msg.header.frame_id, msg.step, msg.is_bigendian) == ('optical', 16, 0)
    array = array_from_image(msg)
    assert array.base is not None and not array.flags.owndata
    np.testing.assert_array_equal(array, DEPTH)
    np.testing.assert_array_equal(color_from_msg(image_from_array(RGB, 'rgb8')), RGB)


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        ({'encoding': ''}, "''"),
        ({'step': 5}, 'step 5'),
        ({'height': 7}, '144 bytes of data instead of 168'),
        ({'data': b''}, '0 bytes'),
        ({'width': 0}, 'empty'),
    ],
)
def test_contradicting_images_are_refused(changes: dict[str, object], words: str) -> None:
    msg = raw('rgb8', RGB)
    for name, value in changes.items():
        setattr(msg, name, value)
    with pytest.raises(MessageError, match=words):
        color_from_msg(msg)


def test_streams_taken_for_one_another_are_refused() -> None:
    with pytest.raises(MessageError, match='16UC1.*not a colour'):
        color_from_msg(raw('16UC1', DEPTH))
    with pytest.raises(MessageError, match='rgb8.*not a depth'):
        depth_from_msg(raw('rgb8', RGB))
    with pytest.raises(MessageError, match='rgb8'):
        image_from_array(DEPTH, 'rgb8')


@pytest.mark.parametrize('padding', [0, 2])
@pytest.mark.parametrize('encoding', ['nv12', 'nv21', 'nv24', 'i420', 'yuv420', 'yv12'])
def test_planar_yuv_of_two_colours(encoding: str, padding: int) -> None:
    # BT.601 limited range of red, on the left, and blue: Y, Cb, Cr.
    red, blue = (81, 90, 240), (41, 240, 110)
    luma = np.full((4, 8), red[0], np.uint8)
    luma[:, 4:] = blue[0]
    full = encoding == 'nv24'
    chroma = np.empty((2, 4 if full else 2, 8 if full else 4), np.uint8)
    for plane in (0, 1):
        half = chroma.shape[2] // 2
        chroma[plane, :, :half], chroma[plane, :, half:] = red[1 + plane], blue[1 + plane]
    first, second = chroma[::-1] if encoding in ('nv21', 'yv12') else chroma
    below = [first, second]
    if encoding.startswith('nv'):
        below = [np.stack([first, second], axis=-1).reshape(len(first), -1)]
    data = b''.join(
        np.pad(plane, ((0, 0), (0, padding * plane.shape[1] // 8))).tobytes()
        for plane in (luma, *below)
    )
    msg = Image(height=4, width=8, encoding=encoding, step=8 + padding, data=data)
    color = color_from_msg(msg).astype(int)
    assert np.abs(color[:, :4] - (255, 0, 0)).max() <= 3
    assert np.abs(color[:, 4:] - (0, 0, 255)).max() <= 3


class CvBridgeModule(types.ModuleType):
    """A cv_bridge that answers every image with the same pixels, or raises."""

    def __init__(self, answer: np.ndarray | Exception) -> None:
        super().__init__('cv_bridge')
        self.answer = answer
        self.asked: list[tuple[str, str]] = []

    def CvBridge(self) -> CvBridgeModule:  # noqa: N802
        return self

    def imgmsg_to_cv2(self, msg: Image, encoding: str) -> np.ndarray:
        self.asked.append((msg.encoding, encoding))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize('read', [color_from_msg, depth_from_msg])
def test_unknown_encoding_without_cv_bridge(read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'cv_bridge', None)
    known = '(nv12|32FC1)'
    with pytest.raises(MissingDependencyError, match=rf"'bggr12p'.*{known}.*ros-<distro>-cv-br"):
        read(raw('bggr12p', RGB))


@pytest.mark.parametrize(
    ('broken', 'words'),
    [
        (ImportError('libopencv_core.so.406: cannot open'), 'libopencv_core'),
        (AttributeError('_ARRAY_API not found'), '_ARRAY_API'),
    ],
)
def test_cv_bridge_whose_compiled_half_is_broken(
    broken: Exception, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, 'cv_bridge', CvBridgeModule(broken))
    with pytest.raises(MissingDependencyError, match=f'bggr12p.*cannot be loaded.*{words}'):
        color_from_msg(raw('bggr12p', RGB))


def test_cv_bridge_is_asked_for_what_is_not_known_here(monkeypatch: pytest.MonkeyPatch) -> None:
    module = CvBridgeModule(RGB)
    monkeypatch.setitem(sys.modules, 'cv_bridge', module)
    np.testing.assert_array_equal(color_from_msg(raw('bggr12p', RGB)), RGB)
    for depth in (DEPTH, (DEPTH / 1000).astype(np.float32)):
        module.answer = depth
        read = depth_from_msg(raw('mono12p', DEPTH))
        assert read.dtype == depth.dtype
        np.testing.assert_array_equal(read, depth)
    assert module.asked == [('bggr12p', 'rgb8'), *[('mono12p', 'passthrough')] * 2]


def test_cv_bridge_is_not_asked_for_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    module = CvBridgeModule(RGB)
    monkeypatch.setitem(sys.modules, 'cv_bridge', module)
    color_from_msg(raw('rgb8', RGB))
    color_from_msg(Image(height=4, width=8, encoding='nv12', step=8, data=bytes(48)))
    for read, msg in (
        (color_from_msg, raw('16UC1', DEPTH)),
        (depth_from_msg, raw('rgb8', RGB)),
        (depth_from_msg, Image(height=4, width=8, encoding='nv12', step=8, data=bytes(48))),
        (color_from_msg, raw('', RGB)),
    ):
        with pytest.raises(MessageError):
            read(msg)
    assert module.asked == []


@pytest.mark.parametrize(
    ('read', 'answer', 'words'),
    [
        (color_from_msg, RuntimeError('Unrecognized image encoding [x]'), 'Unrecognized'),
        (color_from_msg, DEPTH, 'uint16 instead of rgb8'),
        (depth_from_msg, RuntimeError('[x] is not a color format'), 'not a color'),
        (depth_from_msg, RGB, 'not one channel'),
        (depth_from_msg, RGB[..., 0], 'uint8'),
        (depth_from_msg, DEPTH[:-1], 'not one channel'),
    ],
)
def test_what_cv_bridge_cannot_read_is_refused(
    read, answer, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, 'cv_bridge', CvBridgeModule(answer))
    with pytest.raises(MessageError, match=rf"'jpeg2000'.*cv_bridge.*{words}.*(16UC1|nv12)"):
        read(raw('jpeg2000', RGB))


def test_compressed_colour() -> None:
    _, png = cv2.imencode('.png', RGB[..., ::-1])
    msg = CompressedImage(format='rgb8; png compressed bgr8', data=png.tobytes())
    np.testing.assert_array_equal(color_from_msg(msg), RGB)
    msg.format = 'png'
    np.testing.assert_array_equal(color_from_msg(msg), RGB)
    # Some publishers store RGB where the file format has BGR, and say so.
    msg.format = 'rgb8; png compressed rgb8'
    np.testing.assert_array_equal(color_from_msg(msg), RGB[..., ::-1])
    smooth = np.zeros((32, 32, 3), np.uint8)
    smooth[:] = (200, 40, 10)
    decoded = color_from_msg(encode_color(smooth, stamp_ns=7, frame_id='optical'))
    assert np.abs(decoded.astype(int) - smooth).max() <= 4


def test_compressed_depth_in_millimetres_is_exact() -> None:
    msg = encode_depth(DEPTH, stamp_ns=7, frame_id='optical')
    assert msg.format == '16UC1; compressedDepth png' and msg.header.stamp.nanosec == 7
    np.testing.assert_array_equal(depth_from_msg(msg), DEPTH)
    msg.format = '16UC1'
    np.testing.assert_array_equal(depth_from_msg(msg), DEPTH)


def test_compressed_float_depth_inverts_the_published_quantisation() -> None:
    # By hand: A = 100 * 101 = 10100, B = 1 - 10100 / 10 = -1009; 1 m gives q = 9091 exactly.
    q = np.array([[9091, 0], [1, 10100]], np.uint16)
    _, png = cv2.imencode('.png', q)
    header = np.array([0], '<i4').tobytes() + np.array([10100, -1009], '<f4').tobytes()
    msg = CompressedImage(format='32FC1; compressedDepth png', data=header + png.tobytes())
    depth = depth_from_msg(msg)
    assert depth.dtype == np.float32 and np.isnan(depth[0, 1])
    np.testing.assert_allclose(depth[[0, 1, 1], [0, 0, 1]], [1.0, 10.0, 10100 / 11109], rtol=1e-6)
    metres = np.array([[0.5, 1.7, np.nan, 0.0, 12.0]], np.float32)
    decoded = depth_from_msg(encode_depth(metres))
    # One step of q is depth^2 / A: 0.3 mm at 1.7 m.
    np.testing.assert_allclose(decoded[0, :2], metres[0, :2], atol=3e-4)
    assert np.isnan(decoded[0, 2:]).all()


@pytest.mark.parametrize(
    ('format_', 'data', 'words'),
    [
        ('rgb8; jpeg compressed bgr8', b'\xff\xd8 broken', 'cannot be decoded'),
        ('rgb8; jpeg compressed bgr8', b'', '0 bytes'),
        ('16UC1; compressedDepth png', b'123', 'not a colour'),
    ],
)
def test_broken_compressed_colour_is_refused(format_: str, data: bytes, words: str) -> None:
    with pytest.raises(MessageError, match=words):
        color_from_msg(CompressedImage(format=format_, data=data))


@pytest.mark.parametrize(
    ('format_', 'data', 'words'),
    [
        ('rgb8; jpeg compressed bgr8', b'123', 'jpeg destroys depth'),
        ('16UC1; compressedDepth rvl', bytes(12) + b'123', 'truncated'),
        ('16UC1; compressedDepth png', b'123', 'cannot be decoded'),
        (
            '16UC1; compressedDepth png',
            bytes(12) + cv2.imencode('.png', RGB)[1].tobytes(),
            'expected one channel',
        ),
    ],
)
def test_broken_compressed_depth_is_refused(format_: str, data: bytes, words: str) -> None:
    with pytest.raises(MessageError, match=words):
        depth_from_msg(CompressedImage(format=format_, data=data))
