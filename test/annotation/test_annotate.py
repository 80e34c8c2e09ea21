"""A folder of frames becomes labels that agree with the truth, and goes on after a stop."""

import json
import re

import numpy as np
import pytest
from annotated import NOON, make_annotator, rendered, write_frames

from realvlg_ros.annotation.annotation import Status
from realvlg_ros.annotation.exports.formats import export
from realvlg_ros.annotation.run import annotate
from realvlg_ros.annotation.sources.frames import FrameImage
from realvlg_ros.annotation.sources.image import Source
from realvlg_ros.annotation.sources.opening import open_source
from realvlg_ros.annotation.store import AnnotationStore
from realvlg_ros.cli import BAD_INPUT, main
from realvlg_ros.errors import AnnotationError
from realvlg_ros.evaluation.formats.realvlg import read_realvlg


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """A set of one frame, through the command."""
    folder = tmp_path_factory.mktemp('made')
    frames = write_frames(folder / 'frames')
    out = folder / 'set'
    assert main(['annotate', str(frames), '--out', str(out), '--export', 'realvlg']) == 0
    return AnnotationStore(out)


def truths(seed=1):
    """Name and mask of each thing of the frame."""
    frame = rendered(seed)
    return {name: frame.mask(name) for name in frame.object2world}


def test_sentences_boxes_masks_and_grasps_are_those_of_the_truth(made):
    (image,) = made.images()
    agreed = [item for item in image.annotations if item.status is Status.AGREED]
    assert len(agreed) >= 4
    for item in agreed:
        mask = item.mask.to_full(image.height, image.width)
        ious = {n: (mask & t).sum() / (mask | t).sum() for n, t in truths().items()}
        best = max(ious, key=ious.get)
        assert ious[best] > 0.8
        # Of a thing that has a colour, the sentence says it.
        assert best.split('_')[0] in item.description
        assert item.grasps and item.grasps[0].tcp2camera.shape == (4, 4)
        x, y = item.grasps[0].contacts.points.mean(axis=0)
        assert mask[round(y) - 4 : round(y) + 5, round(x) - 4 : round(x) + 5].any()


def test_the_export_is_what_realvlg_reads(made):
    labels = read_realvlg(made.folder / 'export' / 'realvlg' / 'realvlg.json')
    (image,) = made.images()
    agreed = {i.number: i for i in image.annotations if i.status is Status.AGREED}
    assert {label.object_id for label in labels} == set(agreed)
    for label in labels:
        item = agreed[label.object_id]
        assert label.description == item.description
        assert label.box == item.box
        assert len(label.rectangles) == len(label.contacts) == len(item.grasps)
        ours, theirs = item.grasps[0].rectangle, label.rectangles[0]
        np.testing.assert_allclose(ours.corners(), theirs.corners(), atol=1e-6)
        for path in (label.image_path, label.mask_path):
            assert (made.folder / 'export' / 'realvlg' / path).is_file()


def test_the_quality_of_a_set_is_printed(made, capsys):
    assert main(['annotate', '--out', str(made.folder), '--quality']) == 0
    said = capsys.readouterr().out
    assert re.search(r'quality of \d objects and \d+ words: MTLD [\d.]+, R_s (0\.9|1)', said)
    assert re.search(r'R_c 0\.[89]\d*|R_c 1', said)


def test_what_was_done_is_kept_and_the_rest_follows(tmp_path):
    frames = write_frames(tmp_path / 'frames', (1, 2))
    source = open_source(frames)
    store, whole = AnnotationStore(tmp_path / 'set'), AnnotationStore(tmp_path / 'whole')
    for each in (store, whole):
        each.begin({'source': frames})
    annotate(source, make_annotator(), store, limit=1)
    first = (store.folder / 'images' / 'frame_1.json').read_bytes()
    seen = []
    annotate(source, make_annotator(), store, lambda image: seen.append(image.name))
    annotate(source, make_annotator(), whole)
    assert seen == ['frame_2']
    assert (store.folder / 'images' / 'frame_1.json').read_bytes() == first
    for name in whole.names():
        path = f'images/{name}.json'
        assert (store.folder / path).read_bytes() == (whole.folder / path).read_bytes()
    assert next(store.images()).annotations[0].provenance[0].when == NOON


def test_a_frame_that_cannot_be_used_stays_with_its_reason_and_stops_nothing(tmp_path):
    frames = write_frames(tmp_path / 'frames', (1, 2))
    (frames / 'frame_1' / 'depth.png').write_bytes(b'no image')
    store = AnnotationStore(tmp_path / 'set')
    store.begin({})
    annotate(open_source(frames), make_annotator(), store)
    broken, fine = store.images()
    assert 'depth.png' in broken.problem and not broken.annotations
    assert not fine.problem and fine.annotations


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (['nowhere', '--out', 'set'], 'nowhere holds nothing to annotate'),
        (['--out', 'set'], 'give a folder of `realvlg annotate`'),
        (['frames', '--out', 'set', '--export', 'pascal'], "--export is 'pascal'; expected one"),
        (['frames', '--out', 'set', '--grasps', '0'], '--grasps is 0'),
        (['frames', '--out', 'set', '--backend', 'psychic'], "backend is 'psychic'"),
        (['frames', '--out', 'set', '--segmenter', 'scissors'], "segmenter 'scissors'"),
        (['frames', '--out', 'set', '--gripper', 'vacuum'], 'vacuum'),
    ],
)
def test_what_cannot_be_done_is_named(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'frames').mkdir()
    (tmp_path / 'frames' / 'color.png').write_bytes(b'')
    assert main(['annotate', *arguments]) == BAD_INPUT
    assert words in capsys.readouterr().err


FAR_MASK = {'x_offset_px': 639, 'y_offset_px': 0, 'width_px': 2, 'height_px': 1, 'runs': [0, 2]}


def damage(values, key, value):
    """The JSON of an image with another value at a key of its first object."""
    values['annotations'][0][key] = value
    return values


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (lambda v: {**v, 'format': 'realvlg-annotation-9'}, "has the format 'realvlg-annot"),
        (lambda v: damage(v, 'box_xyxy', [9, 9, 1, 1]), 'is empty or not finite'),
        (lambda v: damage(v, 'box_xyxy', [9, 9, float('nan'), 1]), 'is not JSON|not finite'),
        (
            lambda v: damage(v, 'box_xyxy', [9, 9, 9999, 99]),
            'object 0: box .* outside the 640x480',
        ),
        (lambda v: damage(v, 'mask', {}), 'a mask cannot be read'),
        (lambda v: damage(v, 'mask', FAR_MASK), 'does not lie inside the 640x480 image'),
        (lambda v: damage(v, 'status', 'splendid'), 'splendid'),
        (lambda v: {k: v[k] for k in v if k != 'width'}, 'width'),
    ],
)
def test_a_file_that_was_changed_is_named(made, tmp_path, change, words):
    values = json.loads((made.folder / 'images' / 'frame_1.json').read_text())
    store = AnnotationStore(tmp_path)
    store.begin({})
    (tmp_path / 'images' / 'frame_1.json').write_text(json.dumps(change(values)))
    with pytest.raises(AnnotationError, match=words) as raised:
        list(store.images())
    assert 'frame_1.json' in str(raised.value)


def test_other_settings_and_odd_names_are_refused(made, tmp_path):
    with pytest.raises(AnnotationError, match='backend is .tabletop., and .server. is asked for'):
        made.begin({'backend': 'server'})
    with pytest.raises(AnnotationError, match='is no name of an image'):
        made.read('../escape')


def test_nothing_is_overwritten_and_nothing_is_exported_of_nothing(made, tmp_path):
    with pytest.raises(AnnotationError, match='is not empty'):
        export(made, 'realvlg', only_reviewed=False)
    with pytest.raises(AnnotationError, match='no accepted object'):
        export(made, 'realvlg', only_reviewed=True)


def test_an_image_that_moved_away_is_named(tmp_path):
    frames = write_frames(tmp_path / 'frames')
    store = AnnotationStore(tmp_path / 'set')
    store.begin({})
    source = Source((FrameImage('one', frames / 'frame_1'),))
    annotate(source, make_annotator(1), store)
    frames.rename(tmp_path / 'elsewhere')
    with pytest.raises(AnnotationError, match='image one: .*color.png.*put its source back'):
        export(store, 'realvlg', only_reviewed=False)
