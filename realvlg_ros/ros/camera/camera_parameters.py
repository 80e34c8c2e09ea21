"""How a node reads the camera's topics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...depth_noise import MAX_FLOOR, MAX_QUADRATIC, DepthNoise
from ...resources import depth_noise_file
from ..node.lifecycle import ManagedNodeParameters
from ..node.parameters import parameter, settings
from ..node.qos import RELIABILITY
from .robot_input import read_shapes


@dataclass(frozen=True)
class NoiseParameters:
    """How noisy the depth is: its standard deviation is floor + quadratic z^2."""

    profile: str = parameter(
        'd435', 'Depth camera: a name in config/depth_noise, or the path of a YAML file.'
    )
    floor: float = parameter(
        0.0,
        "Standard deviation of a reading at 0 m, m; 0 takes the profile's.",
        minimum=0.0,
        maximum=MAX_FLOOR,
    )
    quadratic: float = parameter(
        0.0,
        "Growth of the deviation with the square of the distance, 1/m; 0 takes the profile's.",
        minimum=0.0,
        maximum=MAX_QUADRATIC,
    )

    def to_depth_noise(self) -> DepthNoise:
        """The profile's noise, but for what is given here.

        Raises:
            ParameterError: the profile is unknown or cannot be used.
        """
        known = DepthNoise.from_yaml(depth_noise_file(self.profile))
        return DepthNoise(self.floor or known.floor, self.quadratic or known.quadratic)


@dataclass(frozen=True)
class CameraParameters(ManagedNodeParameters):
    """How the camera's topics are read."""

    # What parameters were called before one block had them.
    FORMER: ClassVar[Mapping[str, str]] = {
        'planner.noise.floor': 'noise.floor',
        'planner.noise.quadratic': 'noise.quadratic',
        'tracker.depth_noise_m': 'noise.floor',
        'tracker.depth_noise_per_m2': 'noise.quadratic',
    }

    color_transport: str = parameter(
        'raw',
        'Form of the colour images; compressed reads the topic color/compressed.',
        choices=('raw', 'compressed'),
    )
    depth_transport: str = parameter(
        'raw',
        'Form of the depth images; compressedDepth reads the topic depth/compressedDepth.',
        choices=('raw', 'compressedDepth'),
    )
    image_reliability: str = parameter(
        'best_effort',
        'QoS reliability of the camera subscriptions; best_effort matches every publisher.',
        choices=RELIABILITY,
    )
    image_queue_depth: int = parameter(
        5, 'Images that the middleware keeps for each subscription.', minimum=1, maximum=100
    )
    sync_tolerance: float = parameter(
        0.0,
        'Largest distance of the stamps of colour and depth, s; 0 takes half a frame period.',
        minimum=0.0,
        maximum=1.0,
    )
    rectified: bool = parameter(
        False, 'Whether the images are rectified: then P of camera_info holds, not K and D.'
    )
    depth_scale: float = parameter(
        0.001, 'Metres in one unit of 16UC1 depth (REP 118: 0.001).', minimum=1e-6, maximum=1.0
    )
    noise: NoiseParameters = settings(NoiseParameters)
    check_frame_id: bool = parameter(
        True, 'Refuse depth whose frame_id is not that of colour; it is not registered then.'
    )
    fixed_frame: str = parameter(
        '', 'Frame in which the scene stands still, such as the base; empty: that of the camera.'
    )
    robot_shapes: str = parameter(
        '', 'The robot that is taken out of the depth: YAML of shapes or URDF; empty for none.'
    )
    robot_padding: float = parameter(
        0.02, 'Grow the robot by so much, m.', minimum=0.0, maximum=0.2
    )
    tf_timeout: float = parameter(
        0.1, "Longest wait for the transform at an image's stamp, s.", minimum=0.0, maximum=5.0
    )
    no_data_timeout: float = parameter(
        5.0, 'Warn when no frame came for so long, s.', minimum=0.1, maximum=3600.0
    )
    output_reliability: str = parameter(
        'reliable', 'QoS reliability of what this node publishes.', choices=RELIABILITY
    )

    def __post_init__(self) -> None:
        self.noise.to_depth_noise()
        if self.robot_shapes:
            read_shapes(self.robot_shapes)
