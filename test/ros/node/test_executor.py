"""Which callbacks wait for each other, and what becomes of errors."""

import threading

import pytest
import rclpy
from patience import PATIENCE_S
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from ros_graph import wait_until
from std_msgs.msg import Int32
from std_srvs.srv import Trigger

from realvlg_ros.ros.node.executor import NodeExecutor
from realvlg_ros.ros.node.run_node import spin


@pytest.fixture
def node(ros_context):
    node = rclpy.create_node('executor_test')
    yield node
    node.destroy_node()


@pytest.fixture
def executor(node):
    executor = NodeExecutor(2)
    executor.add_node(node)
    yield executor
    executor.shutdown(timeout_sec=1.0)


def spin_in_thread(executor):
    failures = []

    def run():
        try:
            spin(executor)
        except Exception as error:
            failures.append(str(error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, failures


def test_messages_come_while_a_service_waits_for_them(node, executor):
    received, threads = [], set()
    enough = threading.Event()

    def on_message(message):
        received.append(message.data)
        threads.add(threading.current_thread())
        if len(received) == 5:
            enough.set()

    def on_call(request, response):
        response.success = enough.wait(PATIENCE_S)
        return response

    group = MutuallyExclusiveCallbackGroup
    node.create_subscription(Int32, 'numbers', on_message, 10, callback_group=group())
    node.create_service(Trigger, 'wait_for_numbers', on_call, callback_group=group())
    client = node.create_client(Trigger, 'wait_for_numbers', callback_group=group())
    publisher = node.create_publisher(Int32, 'numbers', 10)
    thread, failures = spin_in_thread(executor)
    wait_until(lambda: client.service_is_ready() and publisher.get_subscription_count(), 'match')
    answer = client.call_async(Trigger.Request())
    for number in range(5):
        publisher.publish(Int32(data=number))
    wait_until(answer.done, 'the answer')
    assert answer.result().success
    assert received == [0, 1, 2, 3, 4]
    assert threads == {thread}
    assert not failures


@pytest.mark.parametrize('kind', ['subscription', 'timer'])
def test_an_error_in_a_callback_ends_spinning(node, executor, kind):
    def fail(*_):
        raise RuntimeError(f'in a {kind}')

    if kind == 'timer':
        node.create_timer(0.01, fail)
        node.create_timer(0.01, lambda: None)
    else:
        node.create_subscription(Int32, 'numbers', fail, 10)
        publisher = node.create_publisher(Int32, 'numbers', 10)
        node.create_timer(0.01, lambda: publisher.publish(Int32()))
    thread, failures = spin_in_thread(executor)
    thread.join(PATIENCE_S)
    assert failures == [f'in a {kind}']


def test_a_shutdown_while_a_wait_begins_is_no_error(node, monkeypatch):
    executor = NodeExecutor(2)
    executor.add_node(node)
    begins, shuts = threading.Event(), threading.Event()

    def get_nodes():
        begins.set()
        shuts.wait(PATIENCE_S)
        return [node]

    monkeypatch.setattr(executor, 'get_nodes', get_nodes)
    spinner, failures = spin_in_thread(executor)
    assert begins.wait(PATIENCE_S)
    shutter = threading.Thread(target=executor.shutdown, args=[1.0], daemon=True)
    shutter.start()
    # So long the wait that has begun goes on with what a shutdown destroys.
    shutter.join(0.2)
    shuts.set()
    for thread in (shutter, spinner):
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    assert not failures
