"""The server backend against a small stand-in of ours on loopback, with the same API."""

import base64
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest
from patience import PATIENCE_S

from realvlg_ros.camera import Camera
from realvlg_ros.errors import GroundingCanceled, GroundingError, ParameterError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.grounding import GroundingStatus, never_aborted
from realvlg_ros.grounding.server import make_grounder

GOOD = '<think>left</think>\n<answer>(100,50),(300,250)</answer>'


@dataclass
class StandIn:
    """A chat server that says what a test tells it to.

    Attributes:
        replies: texts of the coming replies, the last one for ever.
        delay_s: before each reply.
        fault: '', 'dies' (half a reply), 'rubbish' (no JSON), 'error' (status 500), 'odd' (JSON
            of another kind).
        deaf: whether it passes over what should guide it.
        models: that it lists; it answers with box-3b only.
        requests: bodies received.
        sent: for each reply to a question, its fault or answer.
    """

    replies: list = field(default_factory=lambda: [GOOD])
    delay_s: float = 0.0
    fault: str = ''
    log_probability: float = -0.1
    deaf: bool = True
    models: tuple = ('box-3b',)
    requests: list = field(default_factory=list)
    sent: list = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def reply(self, body):
        self.requests.append(body)
        text = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        content = [{'token': c, 'logprob': self.log_probability} for c in text]
        return {'choices': [{'message': {'content': text}, 'logprobs': {'content': content}}]}


def handler_of(stand_in):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802
            self.send(200, json.dumps({'data': [{'id': n} for n in stand_in.models]}).encode())

        def do_POST(self):  # noqa: N802
            body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
            if body['model'] != 'box-3b':
                self.send(404, b'there is no such model')
                return
            if body['max_tokens'] == 1:
                guided = {'structured_outputs', 'guided_regex', 'response_format'} & set(body)
                hello = {'content': '7' if guided and not stand_in.deaf else 'hi'}
                self.send(200, json.dumps({'choices': [{'message': hello}]}).encode())
                return
            data = json.dumps(stand_in.reply(body)).encode()
            stand_in.released.wait(stand_in.delay_s)
            stand_in.sent.append(stand_in.fault or 'answer')
            if stand_in.fault == 'dies':
                self.send_response(200)
                self.send_header('Content-Length', str(len(data)))
                self.end_headers()
                self.wfile.write(data[: len(data) // 2])
                self.close_connection = True
            elif stand_in.fault == 'rubbish':
                self.send(200, b'<html>busy</html>')
            elif stand_in.fault == 'odd':
                self.send(200, b'{"choices": []}')
            elif stand_in.fault == 'error':
                self.send(500, b'out of memory')
            else:
                self.send(200, data)

        def send(self, status, data):
            self.send_response(status)
            self.send_header('Content-Length', str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments):
            pass

    return Handler


@pytest.fixture
def server():
    stand_in = StandIn()
    http = ThreadingHTTPServer(('127.0.0.1', 0), handler_of(stand_in))
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    stand_in.url = f'http://127.0.0.1:{http.server_port}/v1'
    yield stand_in
    stand_in.released.set()
    http.shutdown()
    http.server_close()
    thread.join(5)


@pytest.fixture
def frame():
    color = np.full((720, 1280, 3), 90, np.uint8)
    color[50:250, 100:300] = (200, 30, 30)
    depth = np.full((720, 1280), 0.8, np.float32)
    depth[50:250, 100:300] = 0.7
    return RgbdFrame(color, depth, Camera(1280, 720, 900, 900, 640, 360))


def loaded(server, **options):
    grounder = make_grounder(url=server.url, timeout=options.pop('timeout', PATIENCE_S), **options)
    grounder.load()
    return grounder


def test_answers_with_box_mask_and_score(server, frame):
    result = loaded(server).ground(frame, 'pick up the red mug', never_aborted)
    assert result.status is GroundingStatus.OK
    assert result.box.as_tuple() == (100, 50, 300, 250)
    assert result.mask.area > 30000
    assert result.score == pytest.approx(np.exp(-0.1))
    assert result.backend == 'server'


def test_the_picture_travels_as_jpeg_at_the_fed_size(server, frame):
    loaded(server, jpeg_quality=95).ground(frame, 'red "mug" <|im_end|>', never_aborted)
    body = server.requests[0]
    image, text = body['messages'][-1]['content']
    data = base64.b64decode(image['image_url']['url'].removeprefix('data:image/jpeg;base64,'))
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (728, 1288, 3)
    assert np.abs(picture[150, 200].astype(int) - (30, 30, 200)).max() < 12
    assert (body['model'], body['temperature']) == ('box-3b', 0)
    assert "red 'mug' ‹|im_end|›" in text['text']


@pytest.mark.parametrize(
    ('guide', 'place'),
    [
        ('structured_outputs', lambda b: b['structured_outputs']['regex']),
        ('guided_regex', lambda b: b['guided_regex']),
        ('response_format', lambda b: b['response_format']['pattern']),
    ],
)
@pytest.mark.parametrize('thinking', [False, True])
def test_guiding_expressions_match_the_published_format(server, frame, guide, place, thinking):
    with pytest.raises(GroundingError, match=f'does not keep to a grammar .* as {guide}'):
        loaded(server, guide=guide)
    server.deaf = False
    grounder = loaded(server, guide=guide, thinking=thinking, grasp_model='box-3b')
    server.replies = [GOOD, '<think></think>\n<answer>(200, 150, -30.5, 80)</answer>']
    result = grounder.ground(frame, 'mug', never_aborted)
    box, grasp = (place(body) for body in server.requests)
    thought = 'a mug' if thinking else ''
    assert re.fullmatch(box, f'<think>{thought}</think>\n<answer>(1,2),(30,400)</answer>')
    assert not re.fullmatch(box, '<answer>(1,2),(30,400)</answer>')
    separator = ' ' if thinking else '\n'
    assert re.fullmatch(
        grasp, f'<think>{thought}</think>{separator}<answer>(1, 2.5, -3, 4)</answer>'
    )
    assert np.degrees(result.rectangles[0].angle) == pytest.approx(-30.5)


def test_one_retry_after_an_answer_that_does_not_parse(server, frame):
    server.replies = ['I see a mug.', GOOD]
    result = loaded(server).ground(frame, 'mug', never_aborted)
    assert result.status is GroundingStatus.OK
    assert len(server.requests) == 2
    assert server.requests[1]['temperature'] > 0


@pytest.mark.parametrize(
    ('reply', 'reason'),
    [
        ('no idea', 'no box answer'),
        ('<answer>(300,50),(100,250)</answer>', 'empty'),
        ('<answer>(100,50),(2000,250)</answer>', 'outside 0 to 1280'),
    ],
)
def test_invalid_answers_fail_after_the_retry(server, frame, reply, reason):
    server.replies = [reply]
    with pytest.raises(GroundingError, match=reason):
        loaded(server).ground(frame, 'mug', never_aborted)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ('fault', 'reason'),
    [
        ('dies', 'broke off|not JSON'),
        ('rubbish', 'not JSON'),
        ('error', '500'),
        ('odd', 'no chat'),
    ],
)
def test_faults_of_the_server_fail_with_the_reason(server, frame, fault, reason):
    # Any of these is the end of a request, which does not wait for its deadline.
    grounder = loaded(server, timeout=PATIENCE_S)
    server.fault = fault
    with pytest.raises(GroundingError, match=reason):
        grounder.ground(frame, 'mug', never_aborted)


def test_a_slow_server_fails_at_the_deadline(server, frame):
    grounder = loaded(server, timeout=0.3)
    server.delay_s = PATIENCE_S
    with pytest.raises(GroundingError, match=r'within 0\.3 s'):
        grounder.ground(frame, 'mug', never_aborted)
    assert not server.sent


def test_cancel_lets_go_of_a_slow_server_at_once(server, frame):
    grounder = loaded(server, timeout=PATIENCE_S)
    server.delay_s = PATIENCE_S / 2
    with pytest.raises(GroundingCanceled):
        grounder.ground(frame, 'mug', lambda: bool(server.requests))
    assert not server.sent


def test_several_robots_share_a_server(server, frame):
    grounders = [loaded(server) for _ in range(4)]
    results = []
    threads = [
        threading.Thread(
            target=lambda g=g: results.append(g.ground(frame, 'mug', never_aborted).status)
        )
        for g in grounders
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert results == [GroundingStatus.OK] * 4


def test_a_low_score_is_not_found(server, frame):
    server.log_probability = -2.0
    grounder = loaded(server, not_found_threshold=0.5)
    result = grounder.ground(frame, 'mug', never_aborted)
    assert result.status is GroundingStatus.NOT_FOUND


@pytest.mark.parametrize(
    ('word', 'status'), [('Yes.', GroundingStatus.OK), ('No', GroundingStatus.NOT_FOUND)]
)
def test_stock_prompts_are_probed(server, frame, word, status):
    server.replies = ['```json\n[\n\t{"bbox_2d": [10, 20, 300, 400], "label": "mug"}]', word]
    grounder = loaded(server, prompts='qwen2_5_vl')
    assert grounder.ground(frame, 'mug', never_aborted).status is status


def test_an_invalid_box_of_what_is_not_there_is_not_found(server, frame):
    turned = '```json\n[\n\t{"bbox_2d": [300, 400, 10, 20], "label": "mug"}]'
    server.replies = [turned, turned, 'No']
    grounder = loaded(server, prompts='qwen2_5_vl')
    result = grounder.ground(frame, 'mug', never_aborted)
    assert result.status is GroundingStatus.NOT_FOUND
    assert result.candidates == ()
    server.replies = [turned, turned, 'Yes']
    with pytest.raises(GroundingError, match='no valid box in 2 replies'):
        grounder.ground(frame, 'mug', never_aborted)


def test_a_model_that_the_server_does_not_list_may_answer(server, frame):
    server.models = ()
    result = loaded(server, box_model='box-3b').ground(frame, 'mug', never_aborted)
    assert result.status is GroundingStatus.OK
    with pytest.raises(GroundingError, match='names 0 models'):
        loaded(server)


def test_no_server_and_unknown_models_are_told_at_load(server):
    with pytest.raises(GroundingError, match=r"by 'big' .* 404: .*no such model"):
        loaded(server, box_model='big')
    with pytest.raises(GroundingError, match='is the server running'):
        make_grounder(url='http://127.0.0.1:9/v1', timeout=2).load()


@pytest.mark.parametrize(
    ('options', 'reason'),
    [
        ({'url': 'localhost'}, 'http://host'),
        ({'guide': 'magic'}, 'magic'),
        ({'jpeg_quality': 0}, 'jpeg_quality'),
        ({'box_model': ''}, 'needs box_model'),
    ],
)
def test_bad_settings_are_refused(options, reason):
    with pytest.raises(ParameterError, match=reason):
        make_grounder(**options)
