"""A person reviews in a browser: by keys alone, and with the pointer; skipped without chromium."""

import threading
from dataclasses import replace

import pytest
from annotated import NOON, make_annotator, rendered, write_frames
from browser import CHROMIUM, Browser

from realvlg_ros.annotation.annotation import Status
from realvlg_ros.annotation.image_file import annotation_values
from realvlg_ros.annotation.review.desk import Desk
from realvlg_ros.annotation.review.server import ReviewServer
from realvlg_ros.annotation.run import annotate
from realvlg_ros.annotation.sources.opening import open_source
from realvlg_ros.annotation.store import AnnotationStore
from realvlg_ros.image_region import Box

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason='no chromium is installed')
EVIL = '<img src=x onerror="document.title=\'taken\'"> the green object'


class Page:
    """The page of a set of one frame, and the set."""

    def __init__(self, folder):
        annotator = make_annotator()
        self.store = AnnotationStore(folder / 'set')
        self.store.begin({})
        annotate(open_source(write_frames(folder / 'frames')), annotator, self.store)
        image = self.store.read('frame_1')
        worse = replace(image.annotations[0], description=EVIL, uncertainty=0.9)
        self.store.write(image.with_annotation(worse))
        self.server = ReviewServer(Desk(self.store, annotator, 'Ada', lambda: NOON))
        threading.Thread(target=self.server.serve, daemon=True).start()
        self.browser = Browser(folder / 'profile')
        self.browser.open(self.server.address)
        self.shows('1 of 5')

    def shows(self, words):
        """Wait until the page shows words, and nothing is being done."""
        idle = 'typeof review !== "undefined" && !review.busy'
        self.browser.wait(f'{idle} && document.body.innerText.includes({words!r})')

    def keys(self, *keys):
        for key in keys:
            self.browser.press(key)

    def item(self, number):
        found = self.store.read('frame_1').annotations
        return next(item for item in found if item.number == number)

    def place(self, x, y):
        """The place in the window of a pixel of the image."""
        script = (
            f'(() => {{ const p = new DOMPoint({x} + 0.5, {y} + 0.5)'
            '.matrixTransform(stage.node.getScreenCTM()); return [p.x, p.y]; })()'
        )
        return tuple(self.browser.value(script))

    def close(self):
        self.browser.close()
        self.server.stop()


@pytest.fixture(scope='module')
def page(tmp_path_factory):
    made = Page(tmp_path_factory.mktemp('page'))
    yield made
    made.close()


def iou(item, name):
    frame = rendered()
    truth = frame.mask(name)
    mask = item.mask.to_full(*truth.shape)
    return (mask & truth).sum() / (mask | truth).sum()


def test_a_person_reviews_with_keys_and_pointer(page):
    browser = page.browser
    # The most uncertain comes first; its words are text, whatever they hold.
    assert browser.value('byId("text").value') == EVIL
    assert browser.value('document.title') == 'Review'
    first = browser.value('review.item.number')

    # The sentence: S, what is written, Enter.
    page.keys('s')
    browser.call('Input.insertText', text='the pink object')
    page.keys('Enter')
    page.shows('sentence_finds_nothing')
    assert page.item(first).description == 'the pink object'
    assert page.item(first).status is Status.DOUBTFUL
    page.keys('z')
    browser.wait(f'byId("text").value === {EVIL!r}')
    page.keys('s')
    browser.call('Input.insertText', text='the green object')
    page.keys('Enter')
    browser.wait('review.item.description === "the green object" && !review.busy')
    page.shows('agreed')

    # A box by dragging: the segmenter makes its mask, the planner its grasps.
    truth = next(name for name in rendered().object2world if name.startswith('green'))
    rows, columns = rendered().mask(truth).nonzero()
    wanted = Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    page.keys('b')
    browser.drag(page.place(wanted.x_min, wanted.y_min), page.place(wanted.x_max, wanted.y_max))
    browser.wait('review.item.provenance.at(-1).what === "box" && !review.busy')
    assert page.item(first).box.iou(wanted) > 0.95
    assert iou(page.item(first), truth) > 0.85

    # A grasp by dragging from contact to contact, and its removal.
    x, y = columns.mean(), rows.mean()
    before = len(page.item(first).grasps)
    page.keys('g')
    browser.drag(page.place(x - 30, y), page.place(x + 30, y))
    browser.wait('review.item.provenance.at(-1).what === "grasp" && !review.busy')
    grasp = page.item(first).grasps[0]
    assert grasp.source == 'review' and len(page.item(first).grasps) == before + 1
    assert grasp.contacts.points[:, 0] == pytest.approx([x - 30, x + 30], abs=1.0)
    assert abs(grasp.rectangle.angle) < 0.05
    page.keys('1', 'Delete')
    browser.wait('review.item.provenance.at(-1).what === "drop" && !review.busy')
    assert len(page.item(first).grasps) == before

    # The mask by points with keys alone: the cursor goes by arrows, Space is inside, O outside.
    page.keys('m')
    browser.value(f'stage.at = [{x - 1:.0f}, {y:.0f}]')
    browser.press('ArrowRight', shift=True)
    page.keys(' ')
    browser.value(f'stage.at = [{wanted.x_min - 25:.0f}, {wanted.y_max + 11:.0f}]')
    browser.press('ArrowUp', shift=True)
    page.keys('o')
    assert browser.value('[inside.length, outside.length].join()') == '1,1'
    page.keys('Enter')
    browser.wait('review.item.provenance.at(-1).what === "mask" && !review.busy')
    assert iou(page.item(first), truth) > 0.75

    # Accepted and rejected; who and when stay with it.
    page.keys('a')
    page.shows('2 of 5')
    page.keys('x')
    page.shows('3 of 5')
    assert page.item(first).status is Status.ACCEPTED
    statuses = [item.status for item in page.store.read('frame_1').annotations]
    assert statuses.count(Status.REJECTED) == 1
    last = page.item(first).provenance[-1]
    assert (last.who, last.when, last.what) == ('Ada', NOON, 'accept')
    assert browser.value('byId("progress").value') == 2
    assert browser.value('document.title') == 'Review'


def test_a_new_start_goes_on_and_a_slip_is_said(page):
    browser = page.browser
    browser.open('about:blank')
    browser.open(page.server.address)
    page.shows('1 of 5')
    assert browser.value('review.item.status') in ('agreed', 'doubtful')
    # A grasp that leaves the image is refused in words, and nothing is changed.
    number = browser.value('review.item.number')
    before = annotation_values(page.item(number))
    page.browser.value('act({do: "grasp", contacts: [900, 10, 950, 10]})')
    page.shows('outside the 640x480')
    page.browser.value('act({do: "describe", text: "..."})')
    page.shows('holds no word')
    assert annotation_values(page.item(number)) == before


def test_an_address_without_its_token_says_what_to_do(page):
    page.browser.open(page.server.address.partition('#')[0] + '?')
    page.browser.wait('document.body?.innerText.includes("lacks its token")')
