"""Several robots at one server: turns in a fair order, bounds, and answers to whoever asked."""

import argparse
import json
import socket
import threading
import time
import urllib.request
from contextlib import contextmanager

import pytest
import table_scene
from dialect_servers import serving
from patience import PATIENCE_S

from realvlg_ros.cli.gateway import make_gateway
from realvlg_ros.errors import BusyError, GroundingCanceled, ParameterError
from realvlg_ros.grounding.grounding import GroundingStatus, never_aborted
from realvlg_ros.grounding.server import make_grounder
from realvlg_ros.grounding.serving.chat_client import ChatClient
from realvlg_ros.grounding.serving.fair_queue import FairQueue

BOX = '<think></think>\n<answer>(50,90),(115,170)</answer>'


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def start(function, *arguments):
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


def test_a_robot_with_many_questions_does_not_keep_the_others_waiting():
    queue, order, go = FairQueue(1, 8, 8), [], threading.Event()

    def ask(robot):
        with queue.turn(robot, never_aborted):
            go.wait(PATIENCE_S)
            order.append(robot)

    threads = [start(ask, 'greedy')]
    wait_until(lambda: queue.running['greedy'] == 1)
    for count, robot in enumerate(['greedy'] * 5 + ['b', 'c', 'b'], 1):
        threads.append(start(ask, robot))
        wait_until(lambda count=count: queue.waiting == count)
    go.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert order == ['greedy', 'b', 'c', 'greedy', 'b', 'greedy', 'greedy', 'greedy', 'greedy']
    assert (queue.waiting, dict(queue.running)) == (0, {})


def test_what_is_too_much_is_refused_and_who_hangs_up_gets_no_turn():
    queue, go, gone, ended = FairQueue(2, 2, 2), threading.Event(), threading.Event(), []

    def ask(robot, flag=never_aborted):
        try:
            with queue.turn(robot, flag):
                go.wait(PATIENCE_S)
            ended.append('answered')
        except GroundingCanceled:
            ended.append('gone')

    threads = [start(ask, 'a') for _ in range(2)]
    wait_until(lambda: queue.running['a'] == 2)
    threads.append(start(ask, 'a', gone.is_set))
    threads.append(start(ask, 'a'))
    wait_until(lambda: queue.waiting == 2)
    with pytest.raises(BusyError, match='2 questions of a wait') as refused, queue.turn('a', gone):
        pass
    assert refused.value.retry_after_s == 1.0
    threads.append(start(ask, 'b'))
    wait_until(lambda: queue.waiting == 3)
    with pytest.raises(BusyError, match='2 robots wait'), queue.turn('c', never_aborted):
        pass
    gone.set()
    wait_until(lambda: ended == ['gone'])
    go.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert sorted(ended) == ['answered'] * 4 + ['gone']
    assert (queue.waiting, dict(queue.running)) == (0, {})


def arguments(upstream, **changed):
    values = {
        'upstream': upstream, 'host': '127.0.0.1', 'port': 0, 'at_once': 2, 'waiting': 4,
        'timeout': PATIENCE_S, 'api_key_variable': 'NO_SUCH_KEY',
    }  # fmt: skip
    return argparse.Namespace(**{**values, **changed})


@contextmanager
def gateway_to(upstream, **changed):
    with make_gateway(arguments(upstream, **changed)) as gateway:
        thread = start(gateway.serve_forever, 0.01)
        gateway.root = f'http://127.0.0.1:{gateway.server_port}'
        yield gateway
        gateway.shutdown()
        thread.join(PATIENCE_S)


def figures(gateway):
    with urllib.request.urlopen(f'{gateway.root}/gateway') as page:
        return json.load(page)


@pytest.mark.parametrize('kind', ['vllm', 'llama_cpp', 'ollama'])
def test_robots_are_answered_through_the_gateway_in_the_servers_dialect(kind):
    with serving(kind, BOX) as server, gateway_to(server.url) as gateway:
        grounders = [
            make_grounder(url=f'{gateway.root}/v1', timeout=PATIENCE_S, robot=f'arm_{k}')
            for k in range(4)
        ]
        results = []

        def ask(grounder):
            grounder.load()
            answer = grounder.ground(table_scene.frame(), 'the red box', never_aborted)
            results.append(answer.status)

        for thread in [start(ask, grounder) for grounder in grounders]:
            thread.join(PATIENCE_S)
        assert results == [GroundingStatus.OK] * 4
        assert {g.first._dialect.name for g in grounders} == {kind}
        # The gateway ties answers to questions, whatever the server does.
        assert not any('no ids' in note for g in grounders for note in g.notes)
        shown = figures(gateway)
    assert set(shown['served']) == {f'arm_{k}' for k in range(4)}
    assert len(set(shown['served'].values())) == 1
    assert (shown['running'], shown['waiting'], shown['failed']) == (0, 0, 0)
    assert shown['answered'] == sum(shown['served'].values())


def test_a_robot_that_hangs_up_frees_its_place_and_a_full_queue_says_so():
    with serving('vllm') as server, gateway_to(server.url, at_once=1, waiting=1) as gateway:
        client = ChatClient(f'{gateway.root}/v1', PATIENCE_S, robot='arm')
        question = {'model': 'm', 'messages': [], 'max_tokens': 4}
        server.fault, stop = 'stalls', threading.Event()

        def ask():
            with pytest.raises(GroundingCanceled):
                client.complete(question, stop.is_set)

        first = start(ask)
        wait_until(lambda: figures(gateway)['running'] == 1)
        second = start(ask)
        wait_until(lambda: figures(gateway)['waiting'] == 1)
        with pytest.raises(BusyError, match='429: .*1 questions of arm wait') as refused:
            client.complete(question, never_aborted)
        assert refused.value.retry_after_s == 1.0
        stop.set()
        first.join(PATIENCE_S)
        second.join(PATIENCE_S)
        wait_until(lambda: (figures(gateway)['running'], figures(gateway)['waiting']) == (0, 0))
        assert figures(gateway)['refused'] == 1


QUESTION = 'POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\n'
# What a stranger may send, and the status of the answer; none where it is hung up on.
STRANGE = {
    'no length': (f'{QUESTION}\r\n', '413'),
    'a negative length': (f'{QUESTION}Content-Length: -1\r\n\r\n', '413'),
    'a length that is no number': (f'{QUESTION}Content-Length: ten\r\n\r\n', '413'),
    'too long': (f'{QUESTION}Content-Length: 99999999999\r\n\r\n', '413'),
    'another path': ('POST /v1/load_lora_adapter HTTP/1.1\r\nContent-Length: 0\r\n\r\n', '404'),
    'another page': ('GET /metrics HTTP/1.1\r\n\r\n', '404'),
    'a server in the path': ('GET http://elsewhere/health HTTP/1.1\r\n\r\n', '404'),
    'another method': ('DELETE /v1/models HTTP/1.1\r\n\r\n', '501'),
    'no http': ('\x16\x03\x01\x00\xff' * 20 + '\r\n\r\n', ''),
}


@pytest.mark.parametrize('case', STRANGE)
def test_what_is_no_question_is_refused_and_reaches_no_server(case):
    sent, status = STRANGE[case]
    with serving('vllm') as server, gateway_to(server.url) as gateway:
        with socket.create_connection(gateway.server_address) as connection:
            connection.sendall(sent.encode('latin-1'))
            connection.shutdown(socket.SHUT_WR)
            reply = b''.join(iter(lambda: connection.recv(4096), b'')).decode('latin-1')
        assert status in reply.partition('\r\n')[0]
        assert server.bodies == []
        shown = figures(gateway)
    assert (shown['running'], shown['waiting'], shown['answered']) == (0, 0, 0)


def test_a_dead_server_is_told_by_the_gateway():
    with serving('vllm') as server:
        url = server.url
    with gateway_to(url) as gateway:
        client = ChatClient(f'{gateway.root}/v1', PATIENCE_S)
        with pytest.raises(Exception, match='502: .*cannot be reached'):
            client.complete({'model': 'm'}, never_aborted)
        assert figures(gateway)['failed'] == 1


@pytest.mark.parametrize(
    ('changed', 'reason'),
    [
        ({'at_once': 0}, '--at-once is 0; expected 1 to 256'),
        ({'port': 70000}, '--port is 70000'),
        ({'timeout': 0.0}, '--timeout is 0'),
        ({'host': 'no.such.host.invalid'}, 'cannot listen at'),
        ({'upstream': 'localhost'}, 'expected one like'),
    ],
)
def test_a_gateway_that_cannot_be_is_refused(changed, reason):
    with pytest.raises(ParameterError, match=reason):
        make_gateway(arguments(changed.pop('upstream', 'http://127.0.0.1:1/v1'), **changed))
