import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from made_run import START_NS, MadeRun

from realvlg_ros.errors import RunError
from realvlg_ros.replay.report import key_frames, scenes, series
from realvlg_ros.replay.report.report import write_report
from realvlg_ros.replay.runs import jpeg

EVIL = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'&\u202e\x00'


class Page(HTMLParser):
    """The elements of a page with their attributes, its text, and the data of its script."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.words, self._open = [], [], []
        self.text = text
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag):
        self._open = [each for each in self._open if each != tag]

    def handle_data(self, data):
        if not {'script', 'style'} & set(self._open):
            self.words.append(data)

    @property
    def shown(self):
        return ' '.join(' '.join(self.words).split())

    @property
    def data(self):
        found = re.search(r'<script type="application/json" id="data">(.*?)</script>', self.text)
        return json.loads(found[1])


def report(folder):
    return Page(write_report(folder).read_text(encoding='utf-8'))


@pytest.fixture(scope='module')
def page(tmp_path_factory):
    made = MadeRun(
        instructions=('pick up the red box', 'the blue mug', 'grasp it'),
        statuses=('OK', 'AMBIGUOUS', ''),
        seconds=6.0,
    )
    return report(made.write(tmp_path_factory.mktemp('made') / 'run'))


def test_the_verdict_is_on_top(page):
    title = re.search(r'<h1.*?</h1>', page.text)[0]
    words = Page(title).shown
    assert words.startswith('1 of 3 goals got a grasp, 1 ended AMBIGUOUS, 1 ended NO_ANSWER')
    assert 'table.mcap' in words and '6.00 s, 60 frames' in words
    assert 'class="verdict mixed"' in title


@pytest.mark.parametrize(
    'words',
    [
        'several objects fit; the person is asked which is meant',
        'Question to the person: Which red box?',
        'red box, the a one',
        '400.0, 20.0, 30.0 mm',
        '45.0 mm',
        '0.82',
        '1.00 mm , 1.15°'.replace(' ,', ','),
        'time to answer 0.50 s',
        'track 60',
        'tracker.lost_after 2',
        'numpy',
        'fx 300',
        'brightness_mean 112.5',
        'dropped.no depth within 16 ms 2',
        '/color sensor_msgs/msg/Image 60',
    ],
)
def test_what_the_run_holds_is_told(page, words):
    assert words in page.shown


def test_the_script_gets_lanes_marks_charts_pictures_and_scenes(page):
    data = page.data
    (lane,) = data['lanes']
    assert [span['state'] for span in lane['spans']] == ['CONFIRMED', 'OCCLUDED', 'CONFIRMED']
    assert lane['spans'][1]['reasons'] == [['out of sight', 5]]
    kinds = [mark['kind'] for mark in data['marks']]
    assert kinds.count('goal') == 3 and kinds.count('answer') == 2 and 'notice' in kinds
    (track,) = data['tracks']
    assert len(track['t']) == 50 and track['frame'] == 'base_link'
    assert track['position_std'] == [[1.0] * 50]
    times = [picture['t'] for picture in data['pictures']]
    assert times == sorted(times) and {0.5, 1.0, 1.5} <= set(times)
    scene, asked_back = data['scenes']
    assert asked_back['tcp'] is None
    assert (scene['count'], scene['up']) == (6400, [0.0, 0.0, 1.0])
    assert len(scene['grippers'][0]) == 3
    assert len(base64.b64decode(scene['points'])) == 6 * 6400


def test_candidates_are_numbered_in_the_image(page):
    (drawn,) = (a for tag, a in page.elements if a.get('class') == 'boxes')
    # In the one that was looked at, half a second before the answer.
    shown = [a['data-open'] for _, a in page.elements if 'looked at' in a.get('aria-label', '')]
    assert [page.data['pictures'][int(index)]['t'] for index in shown] == [2.5]
    assert drawn['viewbox'] == '0 0 320 240'
    boxes = [a for tag, a in page.elements if tag == 'rect']
    assert [(a['x'], a['y'], a['width'], a['height']) for a in boxes] == [
        ('9.0', '9.0', '81.0', '61.0'),
        ('9.0', '9.0', '81.0', '71.0'),
    ]
    numbers = [a for tag, a in page.elements if tag == 'text' and 'font-size' in a]
    assert [(a['x'], a['y'], a['font-size']) for a in numbers] == [('12.2', '25.0', '16.0')] * 2


def test_a_run_that_was_interrupted_says_how_much_of_the_bag_it_saw(tmp_path):
    folder = MadeRun(statuses=('',)).write(tmp_path / 'run', recording=False)
    facts = json.loads((folder / 'run.json').read_text())
    facts['bag']['duration_s'] = 20.0
    (folder / 'run.json').write_text(json.dumps(facts))
    found = report(folder).shown
    assert '3.90 s of 20.00 s, 40 frames): no answer came before the end' in found
    assert 'the replay ended before an answer came' in found


def test_a_long_reason_is_folded(tmp_path):
    reason = ', '.join(f'the red object number {number}' for number in range(20))
    made = MadeRun(message=reason).write(tmp_path / 'run', recording=False)
    text = write_report(made).read_text()
    start = re.search(
        r'<summary>Reason: <bdi>(.*?)</bdi> …</summary><p><bdi>(.*?)</bdi></p>', text
    )
    assert start[2] == reason and reason.startswith(start[1]) and 250 < len(start[1]) <= 300


def test_every_picture_of_the_page_is_there(page):
    shown = {int(a['data-picture']) for tag, a in page.elements if 'data-picture' in a}
    assert shown and max(shown) < len(page.data['pictures'])
    for picture in page.data['pictures']:
        head, _, packed = picture['uri'].partition(',')
        assert head == 'data:image/jpeg;base64'
        assert base64.b64decode(packed)[:2] == b'\xff\xd8'


def test_nothing_is_loaded_and_only_our_script_runs(page):
    for tag, attributes in page.elements:
        assert tag not in ('link', 'iframe', 'object', 'embed', 'base', 'form')
        assert not {'src', 'href', 'srcset', 'action', 'style'} & set(attributes)
        assert not any(name.startswith('on') for name in attributes)
    assert 'http://' not in page.text.replace('http://www.w3.org/2000/svg', '')
    assert 'https://' not in page.text and '@import' not in page.text and 'url(' not in page.text
    (policy,) = (a['content'] for tag, a in page.elements if a.get('http-equiv') and tag == 'meta')
    (code,) = re.findall(r'<script>(.*?)</script>', page.text, re.S)
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_words_from_outside_stay_words(tmp_path):
    made = MadeRun(instructions=(EVIL,), message=EVIL)
    folder = made.write(tmp_path / 'run')
    facts = json.loads((folder / 'run.json').read_text())
    facts['warnings'] = [EVIL]
    facts['gripper'] = facts['bag']['path'] = facts['fixed_frame'] = EVIL
    facts['parameters'] = {EVIL: {EVIL: EVIL}}
    facts['bag']['topics'] = [{'name': EVIL, 'type': EVIL, 'count': 1}]
    (folder / 'run.json').write_text(json.dumps(facts))
    lines = (folder / 'answers.jsonl').read_text().replace('red box', '\\ud800<u>')
    (folder / 'answers.jsonl').write_text(lines)
    page = report(folder)
    assert [tag for tag, _ in page.elements].count('script') == 2
    assert not [tag for tag, a in page.elements if tag == 'u' or a.get('src')]
    assert '\x00' not in page.text
    assert EVIL.replace('\x00', '\ufffd') in ' '.join(page.words)
    assert page.data['marks'][0]['text'] == EVIL


def test_the_page_is_the_same_when_made_again(tmp_path):
    first = MadeRun().write(tmp_path / 'one')
    second = MadeRun().write(tmp_path / 'two')
    assert write_report(first).read_bytes() == write_report(second).read_bytes()


def test_a_minute_of_bag_stays_below_15_mb(tmp_path):
    made = MadeRun(('the box',) * 4, ('OK',) * 4, seconds=60.0, rate_hz=30.0, hidden=(20.0, 21.0))
    path = write_report(made.write(tmp_path / 'run'))
    page = Page(path.read_text())
    assert 0.9 * key_frames.MAX_PICTURES < len(page.data['pictures']) <= key_frames.MAX_PICTURES
    pictures = sum(len(picture['uri']) for picture in page.data['pictures'])
    rest = path.stat().st_size - pictures
    # Every picture and every cloud as large as they can be.
    largest = 4 / 3 * key_frames.MAX_PICTURES * jpeg.MAX_BYTES
    clouds = scenes.MAX_CLOUDS * 4 / 3 * 9 * scenes.MAX_POINTS
    assert rest + largest + clouds < 15e6
    assert sum(len(track['t']) for track in page.data['tracks']) <= series.MAX_POINTS
    assert 'Each point' not in page.shown


@pytest.mark.parametrize(
    ('left_out', 'words'),
    [
        ('out.mcap', 'out.mcap is missing: there are no pictures and no 3-D view'),
        ('timings.jsonl', 'The run tells nothing of its latency'),
    ],
)
def test_a_missing_file_is_named_as_missing(tmp_path, left_out, words):
    folder = MadeRun().write(tmp_path / 'run')
    (folder / left_out).unlink()
    assert words in report(folder).shown


@pytest.mark.parametrize(
    ('key', 'words'),
    [
        ('lighting', 'run.json tells nothing of this: of the colour images'),
        ('versions', 'realvlg_ros: not told'),
        ('parameters', 'run.json tells nothing of this: every setting'),
        ('intrinsics', 'run.json tells nothing of this: how pixels map to rays'),
        ('bag', 'on a bag that run.json does not tell'),
        ('gripper', 'gripper: not told'),
    ],
)
def test_a_missing_fact_is_named_as_missing(tmp_path, key, words):
    folder = MadeRun().write(tmp_path / 'run', recording=False)
    facts = json.loads((folder / 'run.json').read_text())
    del facts[key]
    (folder / 'run.json').write_text(json.dumps(facts))
    assert words in report(folder).shown


def test_a_run_of_nothing_is_a_page(tmp_path):
    folder = MadeRun((), (), seconds=1.0).write(tmp_path / 'run', recording=False)
    for name in ('answers.jsonl', 'timings.jsonl'):
        (folder / name).write_text('')
    shown = report(folder).shown
    for words in ('Nothing was asked', 'The run has no goals', 'No object was followed'):
        assert words in shown


def test_a_report_that_cannot_be_written_is_an_error(tmp_path):
    folder = MadeRun().write(tmp_path / 'run', recording=False)
    (folder / 'report.html').mkdir()
    with pytest.raises(RunError, match=r'report\.html cannot be written'):
        write_report(folder)


def test_a_target_that_flickers_for_an_hour_does_not_swell_the_page(tmp_path):
    folder = MadeRun(seconds=1.0).write(tmp_path / 'run', recording=False)
    lines = [
        {
            'event': kind, 'stamp_ns': START_NS + k, 't_s': 0.1 * k, 'goal': 'g0', 'track_id': 1,
            'state': 'LOST' if k % 2 else 'CONFIRMED', 'message': f'{k} ' + 'x' * 400,
        }
        for k in range(6000)
        for kind in ('target', 'notice')
    ]  # fmt: skip
    (folder / 'answers.jsonl').write_text('\n'.join(map(json.dumps, lines)))
    page = report(folder)
    assert len(page.text) < 3e6
    assert page.data['lanes'][0]['left_out'] + len(page.data['lanes'][0]['spans']) == 6000
    assert page.data['marks_left_out'] + len(page.data['marks']) == 6000
