"""The block of parameters that says how noisy the depth is, and the way to the frame."""

import numpy as np
import pytest
from rclpy.parameter import Parameter
from ros_graph import Graph

from realvlg_ros.camera import Camera
from realvlg_ros.depth_noise import DepthNoise
from realvlg_ros.errors import ParameterError
from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.camera.camera_input import CameraInput
from realvlg_ros.ros.camera.camera_parameters import CameraParameters, NoiseParameters
from realvlg_ros.ros.camera.frame_matcher import MatchedFrame
from realvlg_ros.ros.conversions.camera import camera_to_msg
from realvlg_ros.ros.conversions.image import image_from_array

MATCH = MatchedFrame(
    42,
    image_from_array(np.full((6, 8, 3), 50, np.uint8), 'rgb8', 42, 'optical'),
    image_from_array(np.full((6, 8), 750, np.uint16), '16UC1', 42, 'optical'),
    camera_to_msg(Camera(8, 6, 10.0, 10.0, 3.5, 2.5, (), 'optical'), 42),
)


@pytest.fixture
def graph(ros_context):
    graph = Graph()
    yield graph
    graph.close()


@pytest.mark.parametrize(
    ('given', 'expected'),
    [
        ({}, DepthNoise()),
        ({'profile': 'd405'}, DepthNoise(0.0003, 0.0052)),
        ({'profile': 'd405', 'floor': 0.002}, DepthNoise(0.002, 0.0052)),
        ({'quadratic': 0.004}, DepthNoise(0.0005, 0.004)),
    ],
)
def test_frames_have_the_noise_of_the_profile_but_for_what_is_given(given, expected):
    parameters = CameraParameters(noise=NoiseParameters(**given))
    camera = CameraInput(None, parameters, lambda match: None)
    assert camera.to_frame(MATCH).noise == expected


def test_an_unknown_profile_is_refused_with_those_that_there_are():
    with pytest.raises(ParameterError, match="'d436'; expected one of d405, d435, kinect_azure"):
        CameraParameters(noise=NoiseParameters('d436'))


@pytest.mark.parametrize('node', [GroundingNode, GraspNode])
def test_both_nodes_take_the_block_and_refuse_what_is_no_noise(graph, node):
    made = graph.add(node, **{'noise.profile': 'zed', 'noise.floor': 0.003})
    assert made.current_parameters().noise.to_depth_noise() == DepthNoise(0.003, 0.0015)
    for name, value in (('noise.quadratic', -0.1), ('noise.floor', float('nan'))):
        (result,) = made.set_parameters([Parameter(name, value=value)])
        assert not result.successful and name in result.reason


@pytest.mark.parametrize(
    ('former', 'now'),
    [
        ('planner.noise.floor', 'noise.floor'),
        ('planner.noise.quadratic', 'noise.quadratic'),
        ('tracker.depth_noise_m', 'noise.floor'),
        ('tracker.depth_noise_per_m2', 'noise.quadratic'),
    ],
)
def test_a_former_name_is_understood_with_a_warning(graph, capfd, former, now):
    made = graph.add(GraspNode, **{former: 0.0011, now: 0.0, 'autostart': False})
    assert f'{former} is called {now} now' in capfd.readouterr().err
    assert made.get_parameter(now).value == 0.0011
