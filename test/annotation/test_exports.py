"""Each format is read back by a reader of its own, and says the same of the objects."""

import json

import numpy as np
import pytest
from annotated import make_annotator, write_frames

from realvlg_ros.annotation.annotation import Status
from realvlg_ros.annotation.exports.formats import FORMATS, export
from realvlg_ros.annotation.run import annotate
from realvlg_ros.annotation.sources.opening import open_source
from realvlg_ros.annotation.store import AnnotationStore
from realvlg_ros.errors import AnnotationError, MissingDependencyError
from realvlg_ros.transforms import from_quaternion, transform_points

pytestmark = pytest.mark.filterwarnings('ignore')


@pytest.fixture(scope='module')
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp('exports')
    made = AnnotationStore(folder / 'set')
    made.begin({})
    annotate(open_source(write_frames(folder / 'frames', (1, 2))), make_annotator(), made)
    return made


@pytest.fixture(scope='module')
def agreed(store):
    return [
        (image, item)
        for image in store.images()
        for item in image.annotations
        if item.status is Status.AGREED
    ]


def corners_px(image, item):
    """Corners (8, 2) of an object's box in its image."""
    box = item.space_box
    signs = np.array(np.meshgrid((-1, 1), (-1, 1), (-1, 1))).reshape(3, -1).T
    points = transform_points(box.box2camera, signs * box.size / 2)
    return project(np.eye(3), points, image.camera)


def project(rotation, points, camera):
    fx, fy, cx, cy = camera
    x, y, z = rotation @ points.T
    return np.stack([fx * x / z + cx, fy * y / z + cy], axis=1)


def as_set(corners):
    """Corners in an order that does not depend on how they were made."""
    return np.array(sorted(np.round(corners, 1).tolist()))


def test_coco_is_loaded_by_pycocotools(store, agreed):
    coco_tools = pytest.importorskip('pycocotools.coco')
    export(store, 'coco', only_reviewed=False)
    folder = store.folder / 'export' / 'coco'
    coco = coco_tools.COCO(str(folder / 'annotations' / 'instances_default.json'))
    assert len(coco.imgs) == 2 and len(coco.anns) == len(agreed)
    for found, (image, item) in zip(coco.anns.values(), agreed, strict=True):
        assert found['attributes']['instruction'] == item.description
        assert coco.imgs[found['image_id']]['file_name'] == f'{image.name}.png'
        theirs = coco.annToMask(found).astype(bool)
        ours = item.mask.to_full(image.height, image.width)
        assert (theirs & ours).sum() / (theirs | ours).sum() > 0.93


def test_lerobot_holds_a_frame_an_object(store, agreed):
    parquet = pytest.importorskip('pyarrow.parquet')
    export(store, 'lerobot', only_reviewed=False)
    folder = store.folder / 'export' / 'lerobot'
    info = json.loads((folder / 'meta' / 'info.json').read_text())
    assert info['codebase_version'] == 'v3.0' and info['total_frames'] == len(agreed)
    rows = parquet.read_table(folder / 'data').to_pylist()
    for row, (_, item) in zip(rows, agreed, strict=True):
        assert row['observation.images.color']['bytes'][:4] == b'\x89PNG'
        best = item.grasps[0]
        np.testing.assert_allclose(row['observation.box'], item.box.as_tuple(), atol=1e-3)
        pose = from_quaternion(row['action'][:3], row['action'][3:7])
        np.testing.assert_allclose(pose, best.tcp2camera, atol=1e-5)
        assert row['action'][7] == pytest.approx(best.opening, abs=1e-6)
        points = np.reshape(row['action.contacts'], (2, 2))
        np.testing.assert_allclose(points, best.contacts.points, atol=1e-3)
    facts = [
        json.loads(x) for x in (folder / 'meta' / 'provenance.jsonl').read_text().splitlines()
    ]
    assert facts[0]['provenance'][0]['who'].startswith('realvlg_ros')


def test_kitti_projects_to_where_the_boxes_are(store, agreed):
    export(store, 'kitti', only_reviewed=False)
    folder = store.folder / 'export' / 'kitti'
    for number, name in enumerate(('frame_1', 'frame_2')):
        here = [(image, item) for image, item in agreed if image.name == name]
        lines = (folder / 'label_2' / f'{number:06}.txt').read_text().splitlines()
        assert len(lines) == len(here)
        calib = (folder / 'calib' / f'{number:06}.txt').read_text().splitlines()
        p2 = np.array(calib[2].split()[1:], float).reshape(3, 4)
        for line, (image, item) in zip(lines, here, strict=True):
            words = line.split()
            assert len(words) == 15 and words[0] == item.label.replace(' ', '_')
            h, w, length, x, y, z, turn = (float(v) for v in words[8:])
            # As KITTI's development kit draws a box.
            xs = length / 2 * np.array([1, 1, -1, -1, 1, 1, -1, -1])
            ys = np.array([0, 0, 0, 0, -h, -h, -h, -h])
            zs = w / 2 * np.array([1, -1, -1, 1, 1, -1, -1, 1])
            c, s = np.cos(turn), np.sin(turn)
            points = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]) @ [xs, ys, zs] + [[x], [y], [z]]
            u, v, d = p2 @ np.vstack([points, np.ones(8)])
            seen = np.stack([u / d, v / d], axis=1)
            # Up is the support's normal, and the box's; they differ by the noise of the depth.
            assert np.abs(as_set(seen) - as_set(corners_px(image, item))).mean() < 4


def test_nuscenes_tables_lead_to_the_same_boxes(store, agreed):
    export(store, 'nuscenes', only_reviewed=False)
    folder = store.folder / 'export' / 'nuscenes'
    tables = {p.stem: json.loads(p.read_text()) for p in folder.glob('v1.0-realvlg/*.json')}
    assert len(tables) == 13
    by = {name: {row['token']: row for row in rows} for name, rows in tables.items()}
    assert len(tables['sample_annotation']) == len(agreed)
    data = {row['sample_token']: row for row in tables['sample_data']}
    for row, (image, item) in zip(tables['sample_annotation'], agreed, strict=True):
        shot = data[row['sample_token']]
        assert (folder / shot['filename']).is_file()
        instance = by['instance'][row['instance_token']]
        assert by['category'][instance['category_token']]['name'] == item.label
        sensor = by['calibrated_sensor'][shot['calibrated_sensor_token']]
        w, x, y, z = sensor['rotation']
        camera2ego = from_quaternion(sensor['translation'], (x, y, z, w))
        w, x, y, z = row['rotation']
        box2ego = from_quaternion(row['translation'], (x, y, z, w))
        wide, long, high = row['size']
        signs = np.array(np.meshgrid((-1, 1), (-1, 1), (-1, 1))).reshape(3, -1).T
        points = transform_points(box2ego, signs * np.array([long, wide, high]) / 2)
        seen = project(camera2ego[:3, :3].T, points, image.camera)
        assert np.abs(as_set(seen) - as_set(corners_px(image, item))).mean() < 4
    first, second = tables['sample']
    assert (first['next'], second['prev']) == (second['token'], first['token'])


def test_rlds_is_read_by_tensorflow_datasets(store, agreed):
    tfds = pytest.importorskip('tensorflow_datasets', reason='tensorflow-datasets is missing')
    export(store, 'rlds', only_reviewed=False)
    folder = next((store.folder / 'export' / 'rlds').rglob('dataset_info.json')).parent
    episodes = list(tfds.builder_from_directory(folder).as_dataset(split='train'))
    assert len(episodes) == len(agreed)
    said = {item.description for _, item in agreed}
    for episode in episodes:
        (step,) = episode['steps']
        assert step['language_instruction'].numpy().decode() in said
        assert step['observation']['image'].shape == (480, 640, 3)
        assert bool(step['is_first']) and bool(step['is_last'])


@pytest.mark.parametrize(
    ('name', 'module', 'words'),
    [
        ('lerobot', 'pyarrow', 'install pyarrow'),
        ('rlds', 'tensorflow_datasets', 'install tensorflow-datasets'),
    ],
)
def test_a_package_that_is_missing_is_named(store, monkeypatch, name, module, words):
    monkeypatch.setitem(__import__('sys').modules, module, None)
    target = store.folder / 'export' / name
    if target.exists():
        target.rename(store.folder / 'export' / f'{name}-kept')
    with pytest.raises(MissingDependencyError, match=words):
        export(store, name, only_reviewed=False)


@pytest.mark.parametrize('name', sorted(set(FORMATS) - {'rlds', 'lerobot'}))
def test_nothing_is_written_over(store, name):
    target = store.folder / 'export' / name
    target.mkdir(parents=True, exist_ok=True)
    (target / 'mine.txt').write_text('mine')
    with pytest.raises(AnnotationError, match='is not empty; remove it'):
        export(store, name, only_reviewed=False)
    assert (target / 'mine.txt').read_text() == 'mine'
