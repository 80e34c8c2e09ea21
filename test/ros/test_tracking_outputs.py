"""What grasp_node does with frames: fixed frame, jumps of the clock, transports, pictures."""

import numpy as np
import pytest
import table_scene
from geometry_msgs.msg import PoseArray
from realvlg_ros.msg import Grounding
from ros_graph import CAMERA_FRAME, ground, wait_until
from sensor_msgs.msg import CompressedImage, Image
from tracking_graph import SENTENCE, asked, start
from visualization_msgs.msg import MarkerArray

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.conversions.compressed_image import encode_color, encode_depth
from realvlg_ros.ros.conversions.grasp import target_from_msg
from realvlg_ros.ros.conversions.image import array_from_image, image_from_array
from realvlg_ros.transforms import make_transform


def test_targets_live_in_the_fixed_frame_where_tf_gives_one(graph):
    pytest.importorskip('tf2_msgs')
    from realvlg_ros.ros.tf.tf_adapter import TransformBroadcaster, transform_to_msg

    diagnostics = graph.record_diagnostics()
    pose = table_scene.camera2world()
    TransformBroadcaster(graph.node.create_publisher).send_static(
        transform_to_msg('base', CAMERA_FRAME, pose, 0)
    )
    start(graph, fixed_frame='base')
    target = wait_until(
        lambda: (t := asked(graph)).header.frame_id == 'base' and t, 'a target in the fixed frame'
    )
    assert target.camera_frame_id == CAMERA_FRAME
    position = target_from_msg(target).grasps[0].position
    lower, upper = table_scene.RED_BOX_CORNERS
    assert np.all(position > lower - 0.01) and np.all(position < upper + 0.01)

    def plane():
        for array in reversed(diagnostics):
            for status in array.status:
                figures = {v.key: v.value for v in status.values}
                if status.name == 'grasp_node: support plane' and 'z_m' in figures:
                    return figures
        return None

    figures = wait_until(plane, 'support plane in the diagnostics')
    assert abs(float(figures['z_m'])) < 0.003 and float(figures['tilt_deg']) < 0.5


def test_as_many_grasps_as_asked_for_however_many_plans_were_fused(graph):
    """Noise brings up other grasps in each plan."""
    targets = graph.record_targets()
    graph.add(GroundingNode)
    graph.add(GraspNode, **{'planner.max_grasps': 3, 'tracker.plan_period': 0.0})
    graph.add(GraspServer)
    clean = array_from_image(graph.camera.depth_msg)
    rng = np.random.default_rng(0)
    asked(graph)

    def planned():
        noisy = clean + rng.normal(0, 2.0, clean.shape)
        graph.camera.replace({'depth_msg': image_from_array(
            np.where(clean > 0, noisy, 0).astype(np.uint16), '16UC1', 0, CAMERA_FRAME
        )})  # fmt: skip
        return sum('plan' in {t.stage for t in target.timings} for target in targets) >= 8

    wait_until(planned, 'eight plans')
    assert max(len(target.grasps) for target in targets) == 3


def test_a_camera_frame_that_was_asked_for_serves_until_tf_is_there(graph):
    diagnostics = graph.record_diagnostics()
    start(graph, fixed_frame='base', fixed_frame_fallback=True)
    assert asked(graph).header.frame_id == CAMERA_FRAME
    words = f'no pose of {CAMERA_FRAME!r}'
    wait_until(
        lambda: any(
            words in s.message and 'base' in s.message for a in diagnostics for s in a.status
        ),
        'report of the missing transform',
    )


def test_stamps_that_jump_back_end_targets_and_they_are_found_again(graph):
    start(graph)
    targets = graph.record_targets()
    request_id = asked(graph).request_id
    now = graph.node.get_clock().now().nanoseconds * 1e-9
    graph.camera.shift_s = -100.0
    lost = wait_until(
        lambda: next((t for t in targets if 'image stamps jumped back by ' in t.message), None),
        'a last word',
    )
    assert lost.state == lost.LOST
    after = targets.index(lost)
    found = wait_until(
        lambda: next(
            (t for t in targets[after:] if t.grasps and t.header.stamp.sec < now - 50), None
        ),
        'a target after the jump',
    )
    assert found.request_id == request_id
    asked(graph)


def test_compressed_colour_and_depth(graph):
    graph.camera.pause()
    color, depth = table_scene.render()
    publishers = (
        (graph.node.create_publisher(CompressedImage, 'color/compressed', 5), encode_color(color)),
        (
            graph.node.create_publisher(CompressedImage, 'depth/compressedDepth', 5),
            encode_depth(depth),
        ),
    )
    graph.camera.replace({'color_msg': None, 'depth_msg': None})
    graph.camera.also = publishers
    graph.camera.resume()
    start(graph, color_transport='compressed', depth_transport='compressedDepth')
    target = asked(graph)
    assert target.label == 'red box' and target.grasps


def test_pictures_are_made_for_those_who_look(graph):
    start(graph)
    asked(graph)
    images = graph.record(Image, 'debug_image')
    poses = graph.record(PoseArray, 'grasp_candidates')
    markers = graph.record(MarkerArray, 'markers')
    wait_until(lambda: images and poses and markers, 'pictures')
    drawn = array_from_image(images[-1])
    assert drawn.shape == (240, 320, 3)
    # Nothing is drawn far from the red box, and something is drawn on it.
    difference = np.abs(drawn.astype(int) - table_scene.render()[0]).sum(axis=2) > 0
    assert difference[70:140, 90:140].any() and not difference[:, 200:].any()
    assert poses[-1].header.frame_id == CAMERA_FRAME and poses[-1].poses
    assert any(m.ns == 'grasps' for m in markers[-1].markers)


def test_detections_where_vision_msgs_is_installed(graph):
    vision = pytest.importorskip('vision_msgs.msg')
    start(graph)
    boxes = graph.record(vision.Detection2DArray, 'detections')
    volumes = graph.record(vision.Detection3DArray, 'detections_3d')
    wait_until(lambda: graph.node.count_publishers('/detections'), 'publisher')

    def seen():
        asked(graph)
        return boxes and volumes

    wait_until(seen, 'detections')
    assert boxes[-1].detections[0].results[0].hypothesis.class_id == 'red box'
    size = volumes[-1].detections[0].bbox.size
    assert 0.07 < size.x < 0.09 and 0.045 < size.y < 0.065


def test_the_robot_is_not_an_object(graph, tmp_path):
    """A link as large as the red box, where the red box stands: what is left is the blue one."""
    pytest.importorskip('tf2_msgs')
    from realvlg_ros.ros.tf.tf_adapter import TransformBroadcaster, transform_to_msg

    lower, upper = table_scene.RED_BOX_CORNERS
    size = [float(length) for length in upper - lower]
    shapes = tmp_path / 'robot.yaml'
    shapes.write_text(f'links:\n  hand:\n    - box: {size}\n')
    diagnostics = graph.record_diagnostics()
    for node in (GroundingNode, GraspNode):
        graph.add(node, robot_shapes=str(shapes), robot_padding=0.005)
    graph.add(GraspServer)
    failed = ground(graph, SENTENCE).result().grounding
    assert failed.status == Grounding.TF_UNAVAILABLE and "'hand'" in failed.message
    center = make_transform(np.eye(3), (lower + upper) / 2)
    broadcaster = TransformBroadcaster(graph.node.create_publisher)
    broadcaster.send_static(
        transform_to_msg('base', CAMERA_FRAME, table_scene.camera2world(), 0),
        transform_to_msg('base', 'hand', center, 0),
    )

    def missing():
        answer = ground(graph, SENTENCE).result().grounding
        return answer if answer.status != Grounding.FAILED else None

    answer = wait_until(missing, 'the pose of the robot')
    assert answer.status == Grounding.NOT_FOUND, answer.message
    assert asked(graph, 'the object').label == 'blue object'
    wait_until(
        lambda: any(
            v.key == 'robot_readings_removed' and int(v.value) > 500
            for array in diagnostics
            for status in array.status
            for v in status.values
        ),
        'count of removed readings',
    )


def test_the_best_grasp_is_a_frame_of_tf_where_one_is_named(graph):
    messages = pytest.importorskip('tf2_msgs.msg')
    transforms = graph.record(messages.TFMessage, '/tf')
    for node in (GroundingNode, GraspServer):
        graph.add(node)
    graph.add(GraspNode, grasp_tf_frame='best_grasp')
    target = asked(graph)
    frames = wait_until(
        lambda: [t for m in transforms for t in m.transforms if t.child_frame_id == 'best_grasp'],
        'the frame',
    )
    assert frames[0].header.frame_id == target.header.frame_id
    place, best = frames[-1].transform.translation, target.grasps[0].pose.pose.position
    assert abs(place.x - best.x) + abs(place.y - best.y) + abs(place.z - best.z) < 0.05
