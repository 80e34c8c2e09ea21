"""What the nodes see and depend on: a camera whose frames never end, and a server of a model."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from realvlg_ros.arrays import FloatArray
from realvlg_ros.ros.conversions.rgbd import frame_to_msgs
from realvlg_ros.ros.conversions.stamps import ns_to_stamp
from realvlg_ros.ros.node.qos import stream
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.renderer import Renderer, RenderSettings
from realvlg_ros.simulation.trajectory import StaticView, d435_camera
from realvlg_ros.simulation.world import World

# Columns and rows. Chosen: ten times the frames of a camera, in Python on one core.
SIZE = (320, 240)
# Frames that are shown in turn, each with noise of its own.
FRAMES = 8
# Clock of the camera while it has jumped, s.
JUMP_S = 3600.0


class Scene:
    """A table with things, seen again and again."""

    def __init__(self, seed: int) -> None:
        """Render it."""
        world = World.random(seed, 4, shapes=('box', 'can'), gap=0.06)
        renderer = Renderer(world, RenderSettings.fast())
        pose, noise = StaticView().camera2world(0.0), DepthCameraModel()
        camera = d435_camera(*SIZE)
        self.shots = [renderer.render(camera, pose, noise, index) for index in range(FRAMES)]
        labels = [item.label for item in world.objects]
        # The nearest that is named by its label alone, with its place in the camera's frame, m.
        self.label, self.place = self._chosen(
            [item for item in world.objects if labels.count(item.label) == 1]
        )

    def _chosen(self, items: list[object]) -> tuple[str, FloatArray]:
        places = {}
        for item in items:
            mask = self.shots[0].mask(item.name) & self.shots[0].frame.valid  # type: ignore[attr-defined]
            if mask.sum() > 200:
                places[item.label] = np.median(self.shots[0].frame.points[mask], axis=0)  # type: ignore[attr-defined]
        label = min(places, key=lambda name: float(places[name][2]))
        return label, np.asarray(places[label], np.float64)


class Camera:
    """Publishes the scene at a rate; may stop, and its clock may jump."""

    def __init__(self, node: Node, scene: Scene, rate: float) -> None:
        """Begin to publish, in a thread of its own.

        Args:
            node: owns the publishers.
            scene: that is seen.
            rate: frames a second.
        """
        qos = stream('reliable', 2)
        kinds = (('camera_info', CameraInfo), ('color', Image), ('depth', Image))
        self._publishers = [node.create_publisher(kind, name, qos) for name, kind in kinds]
        made = [frame_to_msgs(shot.frame, 0) for shot in scene.shots]
        self._messages = [(each.camera_info, each.color, each.depth) for each in made]
        self._period_s = 1 / rate
        self._ended = threading.Event()
        self.gone = threading.Event()
        self.shift_s = 0.0
        self.published = 0
        self._thread = threading.Thread(target=self._run, name='camera', daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Publish no more."""
        self._ended.set()
        self._thread.join(2.0)

    def _run(self) -> None:
        due = time.monotonic()
        while not self._ended.is_set():
            due = max(due + self._period_s, time.monotonic() - 1.0)
            time.sleep(max(due - time.monotonic(), 0.0))
            if self.gone.is_set():
                continue
            stamp = ns_to_stamp(time.time_ns() + int(self.shift_s * 1e9))
            messages = self._messages[self.published % FRAMES]
            for publisher, message in zip(self._publishers, messages, strict=True):
                message.header.stamp = stamp
                publisher.publish(message)
            self.published += 1


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # noqa: N802 - the name that http.server calls
        """Answer."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{}')

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class ModelServer:
    """An HTTP server on this machine that can be stopped and started again at its address."""

    def __init__(self) -> None:
        """Start at a free port."""
        self._port = 0
        self.start()
        self.url = f'http://127.0.0.1:{self._port}/'

    def start(self) -> None:
        """Answer from now on."""
        self._server = ThreadingHTTPServer(('127.0.0.1', self._port), _Answer)
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
