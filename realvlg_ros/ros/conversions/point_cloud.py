"""sensor_msgs/PointCloud2 of coloured points."""

from __future__ import annotations

import numpy as np
from sensor_msgs.msg import PointCloud2, PointField
from std_msgs.msg import Header

from ...arrays import ByteArray, Float32Array
from .stamps import ns_to_stamp

# Bytes of each field in a point, and of a point. From PCL's PointXYZRGB without its padding.
_OFFSETS = {'x': 0, 'y': 4, 'z': 8, 'rgb': 12}
_POINT = np.dtype([('x', '<f4'), ('y', '<f4'), ('z', '<f4'), ('rgb', '<u4')])


def cloud_to_msg(
    points: Float32Array, colors: ByteArray, stamp_ns: int, frame_id: str
) -> PointCloud2:
    """Points with the fields x, y, z and rgb, the form of the colour that PCL and RViz read.

    Args:
        points: (N, 3) m, in the frame.
        colors: (N, 3) uint8 RGB.
        stamp_ns: of the header, ns.
        frame_id: of the header.
    """
    rows = np.empty(len(points), _POINT)
    rows['x'], rows['y'], rows['z'] = points.T
    red, green, blue = colors.T.astype(np.uint32)
    # The bits of a float32: 0, red, green, blue.
    rows['rgb'] = red << 16 | green << 8 | blue
    msg = PointCloud2(height=1, width=len(rows), is_dense=True)
    msg.header = Header(stamp=ns_to_stamp(stamp_ns), frame_id=frame_id)
    msg.fields = [
        PointField(name=name, offset=offset, datatype=PointField.FLOAT32, count=1)
        for name, offset in _OFFSETS.items()
    ]
    msg.point_step = _POINT.itemsize
    msg.row_step = msg.point_step * len(rows)
    msg.data = rows.tobytes()
    return msg
