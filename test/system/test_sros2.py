"""The policies of config/sros2 fit the nodes, and keep strangers from publishing targets."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from ros_graph import Graph, wait_until

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.nodes.realvlg_recorder import Recorder

FOLDER = Path(__file__).parents[2] / 'config' / 'sros2'
SPACE = '/realvlg'
NODES = {
    'grounding_node': (GroundingNode, {}),
    'grasp_node': (GraspNode, {'fixed_frame': 'base_link', 'grasp_tf_frame': 'grasp'}),
    'grasp_server': (GraspServer, {}),
    'realvlg_recorder': (Recorder, {}),
}
# Topics that the launch file gives other names.
CAMERA = {
    'color': '/camera/camera/color/image_raw',
    'depth': '/camera/camera/aligned_depth_to_color/image_raw',
    'camera_info': '/camera/camera/color/camera_info',
}
GLOBAL = ('/tf', '/tf_static', '/rosout', '/parameter_events', '/diagnostics', '/clock')


def rules(path):
    """Names by (kind, right), such as ('topic', 'publish')."""
    found = {}
    for block in ElementTree.parse(path).getroot().iter('profile'):
        for rule in block:
            ((right, value),) = rule.attrib.items()
            assert value == 'ALLOW'
            kind = rule.tag.removesuffix('s')
            found.setdefault((kind, right), set()).update(item.text for item in rule)
    return found


POLICIES = {path.stem: rules(path) for path in sorted(FOLDER.glob('*.xml'))}


def test_one_enclave_a_node_and_its_name():
    assert set(NODES) | {'moveit_adapter', 'pick_executor', 'operator', 'camera'} == set(POLICIES)
    for name in POLICIES:
        root = ElementTree.parse(FOLDER / f'{name}.xml').getroot()
        assert [e.get('path') for e in root.iter('enclave')] == [f'{SPACE}/{name}']
        assert [(p.get('ns'), p.get('node')) for p in root.iter('profile')] == [(SPACE, name)]


@pytest.mark.parametrize(
    ('right', 'name', 'who'),
    [
        (('topic', 'publish'), f'{SPACE}/target', {'grasp_node'}),
        (('topic', 'publish'), f'{SPACE}/grounding', {'grounding_node'}),
        (('topic', 'publish'), f'{SPACE}/planning', {'grasp_node'}),
        (('topic', 'publish'), CAMERA['depth'], {'camera'}),
        (('topic', 'publish'), f'{SPACE}/instruction', {'operator'}),
        (('service', 'request'), f'{SPACE}/grounding_node/set_parameters', {'operator'}),
        (('service', 'request'), f'{SPACE}/grasp_node/change_state', {'operator'}),
        (('action', 'call'), f'{SPACE}/ground', {'grasp_server'}),
        (('action', 'call'), '/move_action', {'pick_executor'}),
    ],
)
def test_who_alone_may(right, name, who):
    assert {node for node, found in POLICIES.items() if name in found.get(right, ())} == who
    assert not any('*' in item for found in POLICIES.values() for items in found.values()
                   for item in items)  # fmt: skip


def launched(name):
    """A name of the test's graph as the launch file gives it."""
    plain = name.lstrip('/')
    if name in GLOBAL:
        return name
    return CAMERA.get(plain, f'{SPACE}/{plain}')


def used(node, kind):
    names = getattr(node, f'get_{kind}_names_and_types_by_node')(
        node.get_name(), node.get_namespace()
    )
    return {launched(name) for name, _ in names}


def split(names):
    """Actions and other names."""
    actions = {name.split('/_action/')[0] for name in names if '/_action/' in name}
    return actions, {name for name in names if '/_action/' not in name}


def test_each_node_may_do_what_it_does_and_little_else(ros_context, tmp_path):
    graph = Graph()
    try:
        for name, (node_class, given) in NODES.items():
            extra = {'folder': str(tmp_path)} if name == 'realvlg_recorder' else {}
            node = graph.add(node_class, **given, **extra)
            policy = POLICIES[name]
            wait_until(lambda n=node: used(n, 'subscriber'), 'the graph')
            offered, publishes = split(used(node, 'publisher'))
            called, reads = split(used(node, 'subscriber'))
            served, asked = used(node, 'service'), used(node, 'client')
            assert publishes <= policy['topic', 'publish'], name
            assert reads <= policy['topic', 'subscribe'], name
            assert offered == policy.get(('action', 'execute'), set()), name
            assert called == policy.get(('action', 'call'), set()), name
            assert split(served)[1] <= policy['service', 'reply'], name
            assert split(asked)[1] <= policy.get(('service', 'request'), set()), name
            spare = policy['topic', 'publish'] - publishes
            assert spare <= {f'{SPACE}/{name}/transition_event', '/tf', '/tf_static'}, name
    finally:
        graph.close()


def why_not():
    """Why the run below is not possible here; empty where it is."""
    mapped = Path('/proc/self/maps').read_text().split()
    libraries = {Path(word) for word in mapped if 'libfastrtps.so' in word or 'libfastdds' in word}
    if not libraries:
        return 'the middleware is not Fast DDS'
    if not any(b'PKI-DH' in path.read_bytes() for path in libraries):
        return 'this build of Fast DDS has no security plugins (the wheels are built without)'
    if shutil.which('ros2') is None:
        return 'the command ros2 security is not installed'
    return ''


LISTEN = """
import sys, time, rclpy
from realvlg_ros.msg import GraspTarget
rclpy.init(args=sys.argv)
node = rclpy.create_node('grasp_server', namespace='/realvlg')
heard = []
node.create_subscription(GraspTarget, 'target', heard.append, 10)
until = time.monotonic() + 10
while time.monotonic() < until and not heard:
    rclpy.spin_once(node, timeout_sec=0.1)
print('heard' if heard else 'silence')
"""
SPEAK = """
import sys, time, rclpy
from realvlg_ros.msg import GraspTarget
rclpy.init(args=sys.argv)
node = rclpy.create_node(sys.argv[1], namespace='/realvlg')
publisher = node.create_publisher(GraspTarget, 'target', 10)
until = time.monotonic() + 12
while time.monotonic() < until:
    publisher.publish(GraspTarget())
    time.sleep(0.1)
"""


def test_only_grasp_node_is_heard_on_target(ros_context, tmp_path):
    if reason := why_not():
        pytest.skip(f'SROS 2 is not tried: {reason}')
    security = ['ros2', 'security']
    subprocess.run([*security, 'create_keystore', tmp_path], check=True, timeout=60)
    for name in ('grasp_server', 'grasp_node', 'operator'):
        command = [*security, 'create_enclave', tmp_path, f'{SPACE}/{name}']
        subprocess.run(command, check=True, timeout=60)
        command = [*security, 'create_permission', tmp_path, f'{SPACE}/{name}',
                   FOLDER / f'{name}.xml']  # fmt: skip
        subprocess.run(command, check=True, timeout=60)
    secured = os.environ | {
        'ROS_SECURITY_KEYSTORE': str(tmp_path),
        'ROS_SECURITY_ENABLE': 'true',
        'ROS_SECURITY_STRATEGY': 'Enforce',
    }

    def run(code, *words, environment=secured, enclave=''):
        ros = ['--ros-args', '--enclave', enclave] if enclave else []
        command = [sys.executable, '-c', code, *words, *ros]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    for speaker, environment, enclave, answer in (
        ('grasp_node', secured, f'{SPACE}/grasp_node', 'heard'),
        ('operator', secured, f'{SPACE}/operator', 'silence'),
        ('stranger', dict(os.environ), '', 'silence'),
    ):
        listener = run(LISTEN, enclave=f'{SPACE}/grasp_server')
        talker = run(SPEAK, speaker, environment=environment, enclave=enclave)
        try:
            assert listener.communicate(timeout=60)[0].strip().endswith(answer), speaker
        finally:
            talker.kill()
            talker.wait()
