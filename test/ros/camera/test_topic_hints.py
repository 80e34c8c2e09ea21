"""What is said of a camera topic that nobody publishes."""

import pytest
from realvlg_ros.msg import GraspTarget
from ros_graph import wait_until
from sensor_msgs.msg import CompressedImage, Image

from realvlg_ros.ros.camera.topic_hints import describe_publishers


@pytest.fixture
def node(ros_context):
    rclpy = pytest.importorskip('rclpy')
    node = rclpy.create_node('listener')
    made = []

    def publish(name, owner='driver', message=Image):
        made.append(rclpy.create_node(owner))
        made[-1].create_publisher(message, name, 1)
        wait_until(lambda: node.count_publishers(name), name)
        return made[-1]

    node.publish = publish
    yield node
    for other in (*made, node):
        other.destroy_node()


def test_images_of_a_camera_are_hints_and_results_are_none(node):
    node.publish('/cam/color/image')
    node.publish('/cam/color/debug_image')
    node.publish('/detector/annotated', 'detector')
    follower = node.publish('/cell/color_picture', 'follower')
    follower.create_publisher(GraspTarget, '/cell/target', 1)
    wait_until(lambda: node.count_publishers('/cell/target'), 'the target')
    words = describe_publishers(node, 'color', '/cam/colour/image', Image)
    assert words == '/cam/colour/image (0 publishers; Image is published on /cam/color/image)'


def test_nothing_is_suggested_where_only_results_are_published(node):
    node.publish('/realvlg/debug_image')
    assert describe_publishers(node, 'color', '/color', Image) == '/color (0 publishers)'


@pytest.mark.parametrize(
    ('stream', 'published', 'kind', 'wanted', 'words'),
    [
        ('color', '/a/color', Image, '/a/color/compressed',
         '; /a/color is published: set color_transport to raw'),
        ('depth', '/a/depth', Image, '/a/depth/compressedDepth', 'set depth_transport to raw'),
        ('color', '/a/rgb/compressed', CompressedImage, '/a/rgb',
         'set color_transport to compressed'),
        ('depth', '/a/d/compressedDepth', CompressedImage, '/a/d',
         'set depth_transport to compressedDepth'),
    ],
)  # fmt: skip
def test_the_other_form_of_the_same_images_is_named(node, stream, published, kind, wanted, words):
    node.publish(published, message=kind)
    message = CompressedImage if 'compressed' in wanted else Image
    assert words in describe_publishers(node, stream, wanted, message)


def test_the_form_that_is_named_is_one_that_can_be_read_of_the_stream(node):
    # As image_transport does: every form of every image.
    for form in ('compressed', 'compressedDepth'):
        node.publish(f'/b/depth/{form}', message=CompressedImage)
        node.publish(f'/b/color/{form}', message=CompressedImage)
    depth = describe_publishers(node, 'depth', '/b/depth', Image)
    assert 'set depth_transport to compressedDepth' in depth and 'color_transport' not in depth
    color = describe_publishers(node, 'color', '/b/color', Image)
    assert 'set color_transport to compressed)' in color
