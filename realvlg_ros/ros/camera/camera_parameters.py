"""How a node reads the camera's topics."""

from __future__ import annotations

from dataclasses import dataclass

from ..node.lifecycle import ManagedNodeParameters
from ..node.parameters import parameter
from ..node.qos import RELIABILITY
from .robot_input import read_shapes


@dataclass(frozen=True)
class CameraParameters(ManagedNodeParameters):
    """How the camera's topics are read."""

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
        if self.robot_shapes:
            read_shapes(self.robot_shapes)
