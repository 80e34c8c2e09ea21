"""What a person may do to an annotation, and what the server refuses."""

import http.client
import json
import socket
import threading
from dataclasses import replace

import numpy as np
import pytest
from annotated import NOON, make_annotator, rendered, write_frames

from realvlg_ros.annotation.annotation import Status
from realvlg_ros.annotation.image_file import image_values
from realvlg_ros.annotation.review.desk import Desk
from realvlg_ros.annotation.review.edits import Bench, apply
from realvlg_ros.annotation.review.point_mask import mask_by_points
from realvlg_ros.annotation.review.server import ReviewServer
from realvlg_ros.annotation.run import annotate
from realvlg_ros.annotation.sources.opening import open_source
from realvlg_ros.annotation.store import AnnotationStore
from realvlg_ros.errors import AnnotationError
from realvlg_ros.image_region import Box, RegionMask


@pytest.fixture(scope='module')
def bench():
    return Bench(make_annotator(), rendered().frame)


@pytest.fixture(scope='module')
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp('desk')
    store = AnnotationStore(folder / 'set')
    store.begin({})
    annotator = make_annotator()
    annotate(open_source(write_frames(folder / 'frames')), annotator, store)
    return Desk(store, annotator, 'Ada', lambda: NOON), store


@pytest.fixture(scope='module')
def item(desk):
    return desk[1].read('frame_1').annotations[0]


@pytest.mark.parametrize(
    ('deed', 'words'),
    [
        ({}, 'the key do is missing'),
        ({'do': 'applaud'}, "correction 'applaud' is not one of accept, reject"),
        ({'do': 'describe'}, 'the key text is missing'),
        ({'do': 'describe', 'text': 7}, 'text is 7'),
        ({'do': 'describe', 'text': ' '}, 'holds no word'),
        ({'do': 'describe', 'text': 'a' * 2000}, 'longer than 1000'),
        ({'do': 'box', 'box': [1, 2, 3]}, 'a list of 4 numbers'),
        ({'do': 'box', 'box': [5, 5, 5, 9]}, 'is empty'),
        ({'do': 'box', 'box': [900, 900, 950, 950]}, 'is empty'),
        ({'do': 'box', 'box': [1, 2, 3, float('nan')]}, 'a list of 4 numbers'),
        ({'do': 'mask', 'inside': [], 'outside': []}, 'at least one point on the object'),
        ({'do': 'mask', 'inside': [3], 'outside': []}, 'inside has 1 numbers'),
        ({'do': 'mask', 'inside': [900, 3], 'outside': []}, 'outside the 640x480 image'),
        ({'do': 'grasp', 'contacts': [5, 5, 5, 5]}, 'must be finite and apart'),
        ({'do': 'grasp', 'contacts': [900, 5, 950, 5]}, 'outside the 640x480'),
        ({'do': 'drop', 'grasp': 99}, 'is not there'),
        ({'do': 'drop', 'grasp': -1}, 'grasp is -1'),
        ({'do': 'undo'}, 'nothing was changed'),
    ],
)
def test_a_deed_that_cannot_be_done_is_named(bench, item, deed, words):
    with pytest.raises(AnnotationError, match=words):
        apply(bench, item, deed, 'Ada', NOON)


def test_what_lacks_a_mask_cannot_be_accepted(bench, item):
    with pytest.raises(AnnotationError, match='it has no mask; add what is missing'):
        apply(bench, replace(item, mask=None), {'do': 'accept'}, 'Ada', NOON)


def test_undo_goes_back_deed_by_deed(bench, item):
    done = item
    for deed in ({'do': 'describe', 'text': 'the tall one'}, {'do': 'drop', 'grasp': 0}):
        done = apply(bench, done, deed, 'Ada', NOON)
    once = apply(bench, done, {'do': 'undo'}, 'Ada', NOON)
    assert once.description == 'the tall one' and len(once.grasps) == len(item.grasps)
    twice = apply(bench, once, {'do': 'undo'}, 'Bob', NOON)
    assert twice.description == item.description
    assert [entry.who for entry in twice.provenance[1:]] == ['Ada', 'Ada', 'Ada', 'Bob']
    with pytest.raises(AnnotationError, match='nothing was changed'):
        apply(bench, twice, {'do': 'undo'}, 'Ada', NOON)


def test_a_correction_of_what_was_accepted_is_to_be_accepted_again(bench, item):
    accepted = apply(bench, item, {'do': 'accept'}, 'Ada', NOON)
    assert accepted.status is Status.ACCEPTED
    changed = apply(bench, accepted, {'do': 'describe', 'text': 'the pink one'}, 'Ada', NOON)
    assert changed.status is Status.DOUBTFUL
    assert apply(bench, changed, {'do': 'undo'}, 'Ada', NOON).status is Status.ACCEPTED


def test_points_take_in_and_leave_out():
    frame = rendered()
    name = next(n for n in frame.object2world if n.startswith('purple'))
    truth = frame.mask(name)
    region = RegionMask.from_full(truth)
    rows, columns = np.nonzero(truth)
    inside = [(float(columns.mean()), float(rows.mean()))]
    # From half of the mask, the points bring back the whole.
    half = truth & (np.arange(truth.shape[1]) < columns.mean())
    made = mask_by_points(frame.frame, region.box, RegionMask.from_full(half), inside, [])
    full = made.to_full(*truth.shape)
    assert (full & truth).sum() / (full | truth).sum() > 0.85
    # A box far too small grows with the points.
    small = Box(*np.array([-5, -5, 5, 5]) + np.tile(inside[0], 2))
    corners = [(float(columns.min() + 9), float(rows.min() + 9))]
    made = mask_by_points(frame.frame, small, None, inside + corners, [])
    assert made.to_full(*truth.shape)[round(corners[0][1]), round(corners[0][0])]


@pytest.fixture(scope='module')
def server(desk):
    made = ReviewServer(desk[0])
    threading.Thread(target=made.serve, daemon=True).start()
    yield made
    made.stop()


def reply(server, method, path, body=None, **headers):
    port = int(server.address.split(':')[2].partition('/')[0])
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=30)
    given = {'X-Token': server.token, **{k.replace('_', '-'): v for k, v in headers.items()}}
    connection.request(method, path, body, given)
    answer = connection.getresponse()
    return answer, answer.read()


def test_the_server_shows_the_set(server):
    answer, body = reply(server, 'GET', '/list')
    assert answer.status == 200 and len(json.loads(body)['items']) == 5
    answer, body = reply(server, 'GET', '/image/frame_1')
    assert answer.getheader('Content-Type') == 'image/png' and body[:4] == b'\x89PNG'
    answer, body = reply(server, 'GET', '/item/frame_1/0')
    assert json.loads(body)['width'] == 640
    for path, kind in (('/', 'text/html'), ('/review.js', 'text/javascript')):
        answer, _ = reply(server, 'GET', path, X_Token='')
        assert answer.status == 200 and answer.getheader('Content-Type').startswith(kind)
        assert "default-src 'none'" in answer.getheader('Content-Security-Policy')


@pytest.mark.parametrize(
    ('method', 'path', 'body', 'headers', 'status'),
    [
        ('GET', '/list', None, {'X_Token': 'guess'}, 403),
        ('POST', '/item/frame_1/0', '{"do": "accept"}', {'X_Token': ''}, 403),
        ('POST', '/item/frame_1/0', '{"do": "accept"}', {'Host': 'evil.example'}, 421),
        ('GET', '/', None, {'Host': 'evil.example'}, 421),
        ('GET', '/item/..%2f..%2fsecret/0', None, {}, 400),
        ('GET', '/image/nobody', None, {}, 400),
        ('GET', '/item/frame_1/99', None, {}, 400),
        ('GET', '/item/frame_1/x', None, {}, 400),
        ('GET', '/etc/passwd', None, {}, 400),
        ('POST', '/list', '{}', {}, 400),
        ('POST', '/item/frame_1/0', 'no json', {}, 400),
        ('POST', '/item/frame_1/0', '[]', {}, 400),
        ('POST', '/item/frame_1/0', ' ' * 200_000, {}, 400),
    ],
    ids=range(13),
)
def test_what_the_server_refuses(server, desk, method, path, body, headers, status):
    before = image_values(desk[1].read('frame_1'))
    answer, _ = reply(server, method, path, body, **headers)
    assert answer.status == status
    assert image_values(desk[1].read('frame_1')) == before


def test_it_listens_on_this_machine_alone(server):
    address = server.address
    assert address.startswith('http://127.0.0.1:')
    port = int(address.split(':')[2].partition('/')[0])
    with socket.socket() as other, pytest.raises(OSError):
        other.settimeout(5)
        other.connect(('127.0.0.2', port))
    with pytest.raises(AnnotationError, match=f'port {port} of 127.0.0.1 cannot be used'):
        ReviewServer(None, port)
