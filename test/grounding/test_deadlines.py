"""The deadline is of a server's whole answer, whatever the server does and however slowly."""

import json
import socket
import threading
import time
from contextlib import contextmanager

import pytest
from patience import PATIENCE_S

from realvlg_ros.errors import GroundingCanceled, GroundingError, ParameterError
from realvlg_ros.grounding.grounding import never_aborted
from realvlg_ros.grounding.serving.chat_client import ChatClient
from realvlg_ros.grounding.serving.deadline_http import Deadline
from realvlg_ros.limits import MAX_ANSWER_CHARACTERS, MAX_REPLY_BYTES

HEAD = b'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n'
CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
TIMEOUT_S = 0.6
# A machine that is ten times slower has this long; a deadline that each byte moves never comes.
SLACK_S = 8.0


def silence(connection, stop):
    stop.wait()


def drip(start, part, pause_s=0.05):
    """A server that begins at once and then sends a little for ever."""

    def answer(connection, stop):
        connection.sendall(start)
        while not stop.wait(pause_s):
            connection.sendall(part)

    return answer


def whole(reply):
    """A server that sends one reply."""

    def answer(connection, stop):
        head = f'HTTP/1.1 200 OK\r\nContent-Length: {len(reply)}\r\n\r\n'
        connection.sendall(head.encode() + reply)
        # A question that is not read to its end would break the connection off.
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    return answer


def deaf(connection, stop):
    """A server that reads nothing of a long question."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stop.wait()


@contextmanager
def serving(answer, reads=True):
    """The address of a server that gives every connection to a function."""
    stop, listener = threading.Event(), socket.create_server(('127.0.0.1', 0))
    threads = []

    def serve(connection):
        with connection:
            try:
                if reads:
                    connection.recv(65536)
                answer(connection, stop)
            except OSError:
                pass

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=(connection,), daemon=True))
            threads[-1].start()

    threads.append(threading.Thread(target=accept, daemon=True))
    threads[0].start()
    try:
        yield f'http://127.0.0.1:{listener.getsockname()[1]}/v1'
    finally:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in threads:
            thread.join(5)


SLOW = [
    pytest.param(silence, id='silence'),
    pytest.param(drip(b'', b'H'), id='a status line in drops'),
    pytest.param(drip(b'HTTP/1.1 200 OK\r\n', b'X: y\r\n', 0.01), id='headers'),
    pytest.param(drip(HEAD, b'{'), id='a body in drops'),
    pytest.param(drip(CHUNKED, b'1\r\n{\r\n'), id='chunks'),
    pytest.param(drip(CHUNKED, b'1;' + b'x' * 1000, 0.01), id='a length of a chunk'),
    pytest.param(drip(b'', b'HTTP/1.1 100 Continue\r\n\r\n', 0.001), id='continue'),
    pytest.param(deaf, id='deaf'),
]


@pytest.mark.parametrize('answer', SLOW)
def test_the_deadline_is_of_the_whole_answer_and_leaves_no_thread(answer):
    with serving(answer, reads=answer is not deaf) as url:
        client = ChatClient(url, TIMEOUT_S)
        before = {thread.name for thread in threading.enumerate()}
        begun = time.monotonic()
        with pytest.raises(GroundingError, match='within 0.6 s|broke off'):
            client.complete({'messages': 'x' * 20_000_000}, never_aborted)
        assert time.monotonic() - begun < TIMEOUT_S + SLACK_S
        assert not [n for n in {t.name for t in threading.enumerate()} - before if 'chat' in n]


@pytest.mark.parametrize('answer', SLOW)
def test_a_cancel_ends_a_slow_answer(answer):
    with serving(answer, reads=answer is not deaf) as url:
        client = ChatClient(url, PATIENCE_S)
        calls = []
        with pytest.raises(GroundingCanceled):
            client.complete({'messages': 'x'}, lambda: calls.append(0) or len(calls) > 5)


def test_the_wait_never_goes_beyond_the_deadline():
    now_s = [10.0]
    deadline = Deadline(10.05, never_aborted, lambda: now_s[0])
    assert deadline.left_s() == pytest.approx(0.02)
    now_s[0] = 10.04
    assert deadline.left_s() == pytest.approx(0.01)
    now_s[0] = 10.05
    with pytest.raises(TimeoutError):
        deadline.left_s()


@pytest.mark.parametrize(
    'reply',
    [
        b'[' * 100_000,
        b'{"choices": [{"message": {"content": 5}}]}',
        b'{"choices": {"0": 1}}',
        b'[]',
        b'\xff\xfe',
        b'1' * 5000,
        b'{"choices": [{"message": {"content": "x"}, "logprobs": {"content": [{"token": "1", '
        b'"logprob": 1e308}]}}]}',
        b'{"choices": [{"message": {"content": "x"}, "logprobs": {"content": [{"token": "1", '
        b'"logprob": NaN}]}}]}',
        b'{"choices": [{"message": {"content": "x"}, "logprobs": {"content": 7}}]}',
        b'{"choices": [{"message": {"content": "x"}, "logprobs": [1]}]}',
    ],
)
def test_a_reply_of_another_form_is_an_error_with_the_address(reply):
    with serving(whole(reply)) as url:
        client = ChatClient(url, PATIENCE_S)
        with pytest.raises(GroundingError, match=f'^{url}') as raised:
            client.complete({}, never_aborted)
    assert len(str(raised.value)) < 600


@pytest.mark.parametrize(
    ('characters', 'spaces', 'said'),
    [
        (MAX_ANSWER_CHARACTERS, 0, ''),
        (
            MAX_ANSWER_CHARACTERS + 1,
            0,
            'sent an answer of 400001 characters, more than the 400000',
        ),
        (5, MAX_REPLY_BYTES, 'sent a reply of more bytes than the 4000000 that are read; limit'),
        (5, 2 * MAX_REPLY_BYTES, 'sent a reply of more bytes than the 4000000'),
    ],
)
def test_a_reply_that_is_too_long_is_refused_and_not_cut(characters, spaces, said):
    text = 'x' * characters
    reply = json.dumps({'choices': [{'message': {'content': text}}]}).encode() + b' ' * spaces
    with serving(whole(reply)) as url:
        client = ChatClient(url, PATIENCE_S)
        if not said:
            assert client.complete({}, never_aborted).text == text
            return
        with pytest.raises(GroundingError, match=f'^{url} {said}'):
            client.complete({}, never_aborted)


@pytest.mark.parametrize(
    'start',
    [
        b'HTTP/9.9 abc\r\n\r\n',
        b'\x00' * 100_000,
        b'HTTP/1.1 200 OK\r\n' + b'X: y\r\n' * 1000,
        b'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nx',
        b'HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx',
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
        b'HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n',
    ],
)
def test_what_is_no_http_is_an_error(start):
    with serving(lambda connection, stop: connection.sendall(start)) as url:
        client = ChatClient(url, PATIENCE_S)
        with pytest.raises(GroundingError, match=f'^{url}'):
            client.complete({}, never_aborted)


@pytest.mark.parametrize(
    ('url', 'reason'),
    [
        ('http://h:99999/v1', 'Port out of range'),
        ('http://h:abc/v1', 'Port could not be cast'),
        ('http://h:0/v1', 'lacks its host'),
        ('http://[::1/v1', 'Invalid IPv6'),
        ('http://[zz]/v1', 'expected one like'),
        ('http:///v1', 'lacks its host'),
        ('ftp://h/v1', 'is not of http'),
        ('http://h /v1', 'no ASCII'),
        ('http://h/v1\r\nX: y', 'no ASCII'),
        ('http://hüt/v1', 'no ASCII'),
        ('http://me:secret@h/v1', 'holds a user'),
        ('http://h/v1?key=1', 'holds a user'),
        ('http://' + 'h' * 100_000 + ':x/v1', 'Port could not'),
    ],
)
def test_an_address_that_cannot_be_one_is_refused_at_once(url, reason):
    with pytest.raises(ParameterError, match=reason) as raised:
        ChatClient(url, 1.0)
    assert len(str(raised.value)) < 500


def test_a_key_that_is_no_header_is_refused_without_being_told():
    with pytest.raises(ParameterError) as raised:
        ChatClient('http://h/v1', 1.0, 'geheim\r\nX: y')
    assert 'geheim' not in str(raised.value)


def test_a_name_that_nobody_knows_is_an_error():
    client = ChatClient('http://nobody.invalid/v1', PATIENCE_S)
    with pytest.raises(GroundingError, match='nobody.invalid'):
        client.models(never_aborted)
