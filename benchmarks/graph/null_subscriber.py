"""A node that receives the three topics of a camera and does nothing with them.

`python -m benchmarks.graph.null_subscriber FILE --ros-args -r color:=...` records when each
image had arrived with its depth and camera_info, and writes [[stamp, arrival], ...] in ns when it
is stopped.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import CameraInfo, Image

from realvlg_ros.ros.conversions.stamps import stamp_to_ns
from realvlg_ros.ros.node.qos import stream
from realvlg_ros.ros.node.run_node import spin

TOPICS = (('color', Image), ('depth', Image), ('camera_info', CameraInfo))
# As grasp_node reads its camera by default.
QOS = ('best_effort', 5)


def main() -> int:
    stop = threading.Event()
    rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    node = rclpy.create_node('null_subscriber')
    parts: Counter[int] = Counter()
    arrivals: list[tuple[int, int]] = []

    def receive(message: Any) -> None:
        stamp = stamp_to_ns(message.header.stamp)
        parts[stamp] += 1
        if parts[stamp] == len(TOPICS):
            arrivals.append((stamp, time.time_ns()))

    for name, message in TOPICS:
        node.create_subscription(message, name, receive, stream(*QOS))
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    spinner = threading.Thread(target=spin, args=[executor])
    spinner.start()
    stop.wait()
    executor.shutdown(timeout_sec=1.0)
    spinner.join()
    Path(sys.argv[1]).write_text(json.dumps(arrivals))
    rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    sys.exit(main())
