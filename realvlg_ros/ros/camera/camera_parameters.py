"""How a node reads the camera's topics."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ...depth_noise import MAX_FLOOR, MAX_QUADRATIC, DepthNoise
from ...resources import depth_noise_file
from ...settings import Settings, setting
from ..node.lifecycle import ManagedNodeParameters
from ..node.qos import RELIABILITY
from .frame_matcher import FrameMatcher, OnJump
from .robot_input import read_shapes


@dataclass(frozen=True)
class NoiseParameters(Settings):
    """Noise of the depth: its standard deviation at depth z is floor + quadratic z^2."""

    profile: str = setting(
        'd435',
        'Depth camera: a name in config/depth_noise, or the path of a YAML file.',
        source=True,
    )
    floor: float = setting(
        0.0, "Standard deviation of a reading at 0 m; 0 takes the profile's.",
        unit='m', low=0.0, high=MAX_FLOOR,
        former=('planner.noise.floor', 'tracker.depth_noise_m'),
    )  # fmt: skip
    quadratic: float = setting(
        0.0, "Growth of the deviation with the square of the distance; 0 takes the profile's.",
        unit='1/m', low=0.0, high=MAX_QUADRATIC,
        former=('planner.noise.quadratic', 'tracker.depth_noise_per_m2'),
    )  # fmt: skip

    def to_depth_noise(self) -> DepthNoise:
        """The noise of the profile, with the values given here in place of its own.

        Raises:
            ParameterError: the profile is unknown or cannot be used.
        """
        known = DepthNoise.from_yaml(depth_noise_file(self.profile))
        return DepthNoise(self.floor or known.floor, self.quadratic or known.quadratic)


@dataclass(frozen=True)
class CameraParameters(ManagedNodeParameters):
    """How the camera's topics are read."""

    color_transport: str = setting(
        'raw',
        'Form of the colour images; compressed reads the topic color/compressed.',
        choices=('raw', 'compressed'),
    )
    depth_transport: str = setting(
        'raw',
        'Form of the depth images; compressedDepth reads the topic depth/compressedDepth.',
        choices=('raw', 'compressedDepth'),
    )
    image_reliability: str = setting(
        'best_effort',
        'QoS reliability of the camera subscriptions; best_effort matches every publisher.',
        choices=RELIABILITY,
    )
    image_queue_depth: int = setting(
        5,
        'Images that the middleware keeps per subscription until the node has read them; how long '
        'they wait for a partner after that is sync_wait.',
        unit='images', low=1, high=100,
    )  # fmt: skip
    sync_tolerance: float = setting(
        0.0,
        'Largest distance of the stamps of colour and depth; 0 takes half a frame period.',
        unit='s',
        low=0.0,
        high=1.0,
    )
    sync_wait: float = setting(
        1.0,
        'How long an image that was read waits for its partner of colour or depth, by stamps; '
        'raise it where one of the two comes later than this after the other.',
        unit='s', low=0.02, high=30.0,
    )  # fmt: skip
    sync_memory_mb: float = setting(
        128.0, 'Bound of the memory of images that wait for a partner; the oldest go first.',
        unit='MB', low=1.0, high=4096.0,
    )  # fmt: skip
    rectified: bool = setting(
        False, 'Whether the images are rectified: then P of camera_info holds, not K and D.'
    )
    depth_scale: float = setting(
        0.001, 'One unit of 16UC1 depth (REP 118: 0.001).', unit='m', low=1e-6, high=1.0
    )
    noise: NoiseParameters = field(default_factory=NoiseParameters)
    check_frame_id: bool = setting(
        True, 'Refuse depth whose frame_id is not that of colour; it is not registered then.'
    )
    fixed_frame: str = setting(
        '',
        'Frame in which the scene stands still, such as the base; empty: that of the camera. '
        'Without tf from it to the camera, requests fail with what is missing.',
    )
    fixed_frame_fallback: bool = setting(
        False,
        "Use the camera's frame until tf to fixed_frame has been there once, instead of failing.",
    )
    robot_shapes: str = setting(
        '',
        'The robot that is taken out of the depth: YAML of shapes or URDF; empty for none.',
        source=True,
    )
    robot_padding: float = setting(0.02, 'Grow the robot by so much.', unit='m', low=0.0, high=0.2)
    tf_timeout: float = setting(
        0.1, "Longest wait for the transform at an image's stamp.", unit='s', low=0.0, high=5.0
    )
    no_data_timeout: float = setting(
        0.5,
        'Without a frame for so long, and for three periods of the camera, a warning is given and '
        'no target is stable.',
        unit='s', low=0.1, high=3600.0,
    )  # fmt: skip
    output_reliability: str = setting(
        'reliable', 'QoS reliability of what this node publishes.', choices=RELIABILITY
    )

    def make_matcher(
        self, on_jump: OnJump, clock: Callable[[], float] = time.monotonic
    ) -> FrameMatcher:
        """What matches the camera's messages as these parameters say.

        Args:
            on_jump: called once a stream has jumped and been cleared.
            clock: steady, s.
        """
        return FrameMatcher(
            int(self.sync_tolerance * 1e9) or None,
            wait_ns=int(self.sync_wait * 1e9),
            limit_bytes=int(self.sync_memory_mb * 1e6),
            on_jump=on_jump,
            clock=clock,
        )

    def __post_init__(self) -> None:
        super().__post_init__()
        self.noise.to_depth_noise()
        if self.robot_shapes:
            read_shapes(self.robot_shapes)
