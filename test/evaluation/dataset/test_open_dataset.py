import json
import math
import pickle
import re

import made_datasets as made
import numpy as np
import pytest

from realvlg_ros.errors import LabelError
from realvlg_ros.evaluation.dataset import Expected, open_dataset


def samples_of(dataset):
    assert [problem.words() for problem in dataset.problems()] == []
    return {sample.key: sample for sample in dataset.samples()}


# Of each layout: samples, those with boxes, masks, rectangles, contacts, depth; and splits.
LAYOUTS = {
    'frame folders': (8, 6, 2, 2, 2, 8, {'seen', 'novel', ''}),
    'RealVLG metadata': (6, 6, 6, 6, 6, 0, {'seen', 'similar', 'novel'}),
    'Cornell': (1, 0, 0, 1, 1, 0, {''}),
    'Jacquard': (1, 0, 1, 1, 1, 0, {''}),
    'OCID-VLG': (2, 2, 2, 2, 2, 0, {'unique/test'}),
    'GraspNet': (1, 1, 0, 1, 1, 1, {'novel'}),
}


@pytest.mark.parametrize('layout', LAYOUTS)
def test_each_layout_is_known_by_its_files(tmp_path, layout):
    dataset = open_dataset(made.MAKERS[layout](tmp_path))
    samples = list(samples_of(dataset).values())
    truths = [sample.truth for sample in samples]
    assert dataset.layout == layout
    assert (
        len(samples), sum(bool(t.boxes) for t in truths), sum(t.mask is not None for t in truths),
        sum(bool(t.rectangles) for t in truths), sum(bool(t.contacts) for t in truths),
        sum(s.view.has_depth for s in samples), {s.split for s in samples},
    ) == LAYOUTS[layout]  # fmt: skip
    for sample in samples:
        frame = sample.view.load()
        assert frame.color.shape == (made.HEIGHT, made.WIDTH, 3)
        assert bool(frame.valid.any()) == sample.view.has_depth
        assert frame.color[60, 45, 0] > frame.color[60, 45, 2] + 100


@pytest.mark.parametrize('layout', LAYOUTS)
def test_boxes_and_rectangles_are_where_they_were_drawn(tmp_path, layout):
    dataset = open_dataset(made.MAKERS[layout](tmp_path))
    for sample in dataset.samples():
        if sample.truth.mask is not None:
            mask = sample.truth.mask.load(made.HEIGHT, made.WIDTH)
            box = made.RED if mask[60, 45] else made.BLUE
            assert mask.sum() == box.area
            assert not sample.truth.boxes or sample.truth.boxes == (box,)
        for rectangle in sample.truth.rectangles:
            drawn = min(
                (*made.RECTANGLES, made.GraspRectangle(110, 50, 0, 44, 12)),
                key=lambda one: math.dist(one.center, rectangle.center),
            )
            assert rectangle.center == pytest.approx(drawn.center, abs=0.02)
            assert rectangle.angle == pytest.approx(drawn.angle, abs=1e-3)
            assert rectangle.width == pytest.approx(drawn.width, abs=0.05)
            assert rectangle.height == pytest.approx(drawn.height, abs=0.05)


def test_a_phrase_that_fits_two_things_needs_a_question_and_what_is_absent_is_known(tmp_path):
    dataset = open_dataset(made.make_frames(tmp_path, 1))
    samples = {sample.sentence: sample for sample in dataset.samples()}
    assert {s: sample.expected for s, sample in samples.items()} == {
        'the red block': Expected.OBJECT,
        'the block on the right': Expected.OBJECT,
        'the block': Expected.QUESTION,
        'the green mug': Expected.ABSENT,
    }
    assert samples['the block'].truth.boxes == (made.RED, made.BLUE)
    assert samples['the red block'].truth.others == (made.BLUE,)
    assert samples['the block'].truth.others == ()
    assert samples['the green mug'].absent


def test_groups_travel_to_other_processes_and_keys_are_the_same_each_time(tmp_path):
    for make in made.MAKERS.values():
        root = make(tmp_path / make.__name__)
        dataset = open_dataset(root)
        again = pickle.loads(pickle.dumps(dataset))
        keys = [sample.key for sample in dataset.samples()]
        assert [sample.key for sample in again.samples()] == keys
        assert [sample.key for sample in open_dataset(root).samples()] == keys
        assert len(set(keys)) == len(keys)


def test_a_rendered_frame_is_asked_by_its_labels(tmp_path):
    made.make_frames(tmp_path, 1)
    folder = tmp_path / '000'
    (folder / 'objects_seen.json').unlink()
    ids = made.numbers()
    made.write_image(folder / 'instance_ids.png', ids.astype(np.uint16))
    items = [
        {
            'id': 1,
            'label': 'red box',
            'box_xyxy': made.RED.as_tuple(),
            'visible_px': 1200,
        },
        {
            'id': 2,
            'label': 'blue box',
            'box_xyxy': made.BLUE.as_tuple(),
            'visible_px': 1600,
        },
        {'id': 3, 'label': 'green can', 'box_xyxy': None, 'visible_px': 0},
    ]
    (folder / 'labels.json').write_text(json.dumps({'world': 'w', 'objects': items}))
    samples = {s.sentence: s for s in samples_of(open_dataset(tmp_path)).values()}
    assert samples['the green can'].absent
    assert samples['the red box'].truth.boxes == (made.RED,)
    mask = samples['the blue box'].truth.mask.load(made.HEIGHT, made.WIDTH)
    assert (mask == (ids == 2)).all()


# A changed object of a metadata file, and what is said of it; the other object stays.
BAD_OBJECTS = {
    'missing image': ({'image_path': 'gone.png'}, 'image .*gone.png is missing'),
    'missing mask': ({'mask_path': 'gone.png'}, 'mask .*gone.png is missing'),
    'a box outside': ({'bbox': [100, 30, 400, 70]}, 'box .*400.* lies outside the 160x120 image'),
    'an empty box': ({'bbox': [9, 9, 9, 20]}, 'is empty'),
    'NaN in a box': ({'bbox': [math.nan, 1, 20, 20]}, 'not finite'),
    'NaN in a grasp': ({'grasps': [[math.nan] * 8]}, 'must be finite'),
    'a grasp of six numbers': ({'grasps': [[1, 2, 3, 4, 5, 6]]}, 'object 0'),
    'no sentence': ({'description': '...'}, 'holds no word'),
    'a number for a text': ({'description': 7}, 'expected text'),
}


@pytest.mark.parametrize('case', BAD_OBJECTS)
def test_what_cannot_be_used_is_named_and_nothing_else_is_lost(tmp_path, case):
    change, words = BAD_OBJECTS[case]
    root = made.make_realvlg(tmp_path, (100,))
    (file,) = (root / 'metadata').rglob('*.json')
    image = 'scenes/scene_0100/kinect/rgb/0000.png'
    good, bad = (
        made.realvlg_item(image, 2),
        made.realvlg_item(image, 1, **change),
    )
    file.write_text(json.dumps([bad, good]))
    dataset = open_dataset(root)
    (problem,) = dataset.problems()
    assert str(file) in problem.words()
    assert 'object 0' in problem.words()
    assert re.search(words, problem.words())
    assert [sample.sentence for sample in dataset.samples()] == ['the blue block']


def test_a_key_that_means_nothing_is_named_and_its_object_kept(tmp_path):
    root = made.make_realvlg(tmp_path, (100,))
    (file,) = (root / 'metadata').rglob('*.json')
    image = 'scenes/scene_0100/kinect/rgb/0000.png'
    file.write_text(json.dumps([made.realvlg_item(image, 1, spilt='seen')]))
    dataset = open_dataset(root)
    assert len(list(dataset.samples())) == 1
    (problem,) = dataset.problems()
    assert "unknown keys ['spilt']" in problem.words()


@pytest.mark.parametrize(
    ('name', 'text', 'words'),
    [
        ('m.json', '{"a": 1}', 'expected a list of objects'),
        ('m.json', '[{', 'is not JSON'),
        ('refer/unique/test_expressions.json', '[]', 'no list `data`'),
        ('notes.txt', '', 'holds no data set that is known'),
    ],
)
def test_what_is_no_data_set_is_refused(tmp_path, name, text, words):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    with pytest.raises(LabelError, match=words):
        open_dataset(path if name == 'm.json' else tmp_path)


def test_a_path_that_is_not_there_is_named(tmp_path):
    for path in (tmp_path / 'gone', tmp_path / ('x' * 5000)):
        with pytest.raises(LabelError, match='neither a file nor a folder'):
            open_dataset(path)


def test_depth_beside_an_image_of_metadata_is_read(tmp_path):
    root = made.make_realvlg(tmp_path / 'graspnet', (100,))
    folder = root / 'scenes/scene_0100/kinect'
    made.write_image(folder / 'depth/0000.png', made.depth())
    np.save(folder / 'camK.npy', made.CAMERA.matrix)
    for sample in open_dataset(root).samples():
        assert sample.view.load().depth[50, 50] == pytest.approx(0.76, abs=0.004)
    made.make_frames(tmp_path / 'frames', 1)
    item = made.realvlg_item('000/color.png', 1, mask_path='000/red.png')
    (tmp_path / 'frames' / 'm.json').write_text(json.dumps([item]))
    (sample,) = open_dataset(tmp_path / 'frames' / 'm.json').samples()
    assert sample.view.load().camera.fx == made.CAMERA.fx
    assert sample.truth.mask.load(made.HEIGHT, made.WIDTH).sum() == made.RED.area
