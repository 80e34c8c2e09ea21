"""Recordings as COCO and LeRobot datasets, read by the tools that others read them with."""

import errno
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import told_goals
from told_goals import Watched, goal, grounding

from realvlg_ros.cli import main
from realvlg_ros.errors import RecordingError
from realvlg_ros.grounding.grounding import GroundingStatus, ObjectCandidate
from realvlg_ros.image_region import Box
from realvlg_ros.recording.episode_reader import read_episodes
from realvlg_ros.recording.episode_store import EpisodeStore, StoreLimits, episode_name
from realvlg_ros.recording.export import COCO_FILE
from realvlg_ros.recording.goal_event import GoalStep


def ambiguous(seen: Watched) -> None:
    """A goal that asks which of two boxes is meant."""
    candidates = tuple(
        ObjectCandidate('red box', side, 0.6, Box(x, 5, x + 6, 11))
        for side, x in (('the left one', 3), ('the right one', 20))
    )
    seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.frames(1)))
    asked = grounding(GroundingStatus.AMBIGUOUS, seen.frames(1), candidates=candidates)
    seen.watch.on_grounding(asked)
    seen.watch.on_goal(goal(GoalStep.ENDED, seen.frames(1), status='AMBIGUOUS', token='t'))


def unseen(seen: Watched) -> None:
    """A goal whose object is not there, although something is nearly it."""
    near = ObjectCandidate('orange box', 'in the middle', 0.3, Box(10, 5, 16, 11))
    seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.frames(1)))
    nothing = grounding(GroundingStatus.NOT_FOUND, seen.frames(1), candidates=(near,))
    seen.watch.on_grounding(nothing)
    seen.watch.on_goal(goal(GoalStep.ENDED, seen.frames(1), status='NOT_FOUND'))


STORIES = {
    'OK': Watched.answered,
    'NOT_FOUND': unseen,
    'NO_GRASP': Watched.failed,
    'AMBIGUOUS': ambiguous,
}
# Failures first; of these an open question, then a grasp that is not there (both as unsure as can
# be, the newest first), then what was not found and nearly fitted.
ORDER = ['AMBIGUOUS', 'NO_GRASP', 'NOT_FOUND', 'OK']


@pytest.fixture(scope='module')
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('recordings')
    store = EpisodeStore(folder, StoreLimits(10**8, 100, 0))
    for second, (status, story) in enumerate(STORIES.items()):
        seen = Watched()
        seen.frames(6)
        story(seen)
        seen.frames(20)
        (episode,) = seen.done
        assert episode.status == status
        store.write(episode_name(second, status, f'{second}'), told_goals.files_of(episode))
    (folder / 'goals.csv').write_text('time\n')
    return folder


def test_the_most_uncertain_failures_come_first(recordings: Path) -> None:
    episodes, refused = read_episodes(recordings)
    assert [episode.status for episode in episodes] == ORDER
    assert [episode.uncertainty for episode in episodes] == pytest.approx([1, 1, 0.3, 0.2])
    assert refused == []


def test_pycocotools_reads_boxes_masks_sentences_and_provenance(
    recordings: Path, tmp_path: Path
) -> None:
    coco = pytest.importorskip('pycocotools.coco', reason='pycocotools is not installed')
    assert main(['export', str(recordings), '--coco', str(tmp_path / 'coco')]) == 0
    read = coco.COCO(str(tmp_path / 'coco' / COCO_FILE))
    images = read.loadImgs(sorted(read.getImgIds()))
    assert [image['attributes']['status'] for image in images] == [*ORDER, 'OK']
    for image in images:
        pixels = cv2.imread(str(tmp_path / 'coco' / 'images' / image['file_name']))
        assert pixels.shape == (image['height'], image['width'], 3)
        facts = image['attributes']
        assert (recordings / facts['episode'] / 'episode.json').is_file()
        assert facts['versions'] == {'realvlg_ros': 'test'}
        assert facts['instruction'] == told_goals.SENTENCE
        assert facts['model'] == 'tabletop'
        # The image is the one that the annotations are of.
        assert (pixels == facts['stamp_ns'] // told_goals.STEP_NS).all()

    def annotations(index: int) -> list[dict[str, Any]]:
        return read.loadAnns(read.getAnnIds(imgIds=[images[index]['id']]))

    asked = annotations(0)
    assert [each['bbox'] for each in asked] == [[3, 5, 6, 6], [20, 5, 6, 6]]
    assert [each['attributes']['source'] for each in asked] == ['candidate', 'candidate']
    (grounded,) = annotations(1)
    assert read.loadCats([grounded['category_id']])[0]['name'] == 'red box'
    assert grounded['bbox'] == [8, 6, 8, 8]
    assert (grounded['score'], grounded['iscrowd']) == (0.9, 0)
    assert {'score', 'instruction', 'model', 'status', 'uncertainty'} <= set(
        grounded['attributes']
    )
    mask = told_goals.MASK.to_full(24, 32)
    assert grounded['area'] == mask.sum()
    assert (read.annToMask(grounded) == mask).all()


def test_the_lerobot_dataset_has_the_layout_of_version_3(recordings: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip('pyarrow.parquet', reason='pyarrow is not installed')
    folder = tmp_path / 'dataset'
    assert main(['export', str(recordings), '--lerobot', str(folder), '--fps', '4']) == 0
    info = json.loads((folder / 'meta' / 'info.json').read_text())
    episodes = parquet.read_table(folder / 'meta/episodes/chunk-000/file-000.parquet').to_pylist()
    data = folder / info['data_path'].format(chunk_index=0, file_index=0)
    rows = parquet.read_table(data).to_pylist()
    assert (info['codebase_version'], info['fps'], info['video_path']) == ('v3.0', 4, None)
    assert (info['total_episodes'], info['total_frames']) == (4, len(rows))
    assert info['splits'] == {'train': '0:4'}
    assert set(rows[0]) == set(info['features'])
    assert not [name for name in info['features'] if '/' in name]
    color = info['features']['observation.images.color']
    assert color == {
        'dtype': 'image', 'shape': [24, 32, 3], 'names': ['height', 'width', 'channels'],
    }  # fmt: skip

    first, provenance = 0, (folder / 'meta' / 'provenance.jsonl').read_text().splitlines()
    for index, (episode, line) in enumerate(zip(episodes, provenance, strict=True)):
        facts = json.loads(line)
        assert (facts['episode_index'], facts['status']) == (index, ORDER[index])
        assert episode['tasks'] == [told_goals.SENTENCE]
        assert (episode['data/chunk_index'], episode['data/file_index']) == (0, 0)
        assert episode['dataset_from_index'] == first
        own = rows[first : episode['dataset_to_index']]
        assert len(own) == episode['length'] == len(facts['stamps_ns'])
        for number, (row, stamp_ns) in enumerate(zip(own, facts['stamps_ns'], strict=True)):
            assert row['frame_index'] == number and row['index'] == first + number
            assert (row['episode_index'], row['task_index']) == (index, 0)
            assert row['timestamp'] == pytest.approx(number / 4)
            png = np.frombuffer(row['observation.images.color']['bytes'], np.uint8)
            image = cv2.imdecode(png, cv2.IMREAD_COLOR)
            assert (image == stamp_ns // told_goals.STEP_NS).all()
            # The camera's pose was never known, and only the last goal has a grasp.
            assert np.isnan(row['observation.state']).all()
            assert np.isnan(row['action']).all() == (index < 3)
            assert row['next.done'] == (number == len(own) - 1)
            assert row['next.success'] == (row['next.done'] and index == 3)
        first = episode['dataset_to_index']
    assert rows[-1]['action'] == pytest.approx([0.1, 0.2, 0.5, 1, 0, 0, 0, 0.04], abs=1e-6)
    stats = json.loads((folder / 'meta' / 'stats.json').read_text())
    assert 'observation.state' not in stats
    assert stats['action']['mean'][0] == pytest.approx(0.1)
    assert np.shape(stats['observation.images.color']['mean']) == (3, 1, 1)
    shades = [
        stamp_ns // told_goals.STEP_NS / 255
        for line in provenance
        for stamp_ns in json.loads(line)['stamps_ns']
    ]
    assert stats['observation.images.color']['mean'][0][0][0] == pytest.approx(np.mean(shades))
    assert stats['observation.images.color']['std'][0][0][0] == pytest.approx(np.std(shades))
    tasks = parquet.read_table(folder / 'meta' / 'tasks.parquet')
    assert tasks.to_pylist() == [{'task_index': 0, 'task': told_goals.SENTENCE}]
    assert json.loads(tasks.schema.metadata[b'pandas'])['index_columns'] == ['task']


def test_failures_alone_and_a_limit(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / 'coco'
    arguments = ['export', str(recordings), '--coco', str(out), '--failures', '--limit', '2']
    assert main(arguments) == 0
    values = json.loads((out / COCO_FILE).read_text())
    assert [image['attributes']['status'] for image in values['images']] == ORDER[:2]
    assert 'of 2 recordings' in capsys.readouterr().out
    assert main(arguments) == 2
    assert 'is not empty' in capsys.readouterr().err


def test_what_was_canceled_is_no_failure(recordings: Path, tmp_path: Path) -> None:
    copy = tmp_path / 'recordings'
    shutil.copytree(recordings, copy)
    (file,) = copy.glob('*-NO_GRASP-*/episode.json')
    values = json.loads(file.read_text())
    values['result']['status'] = 'CANCELED'
    file.write_text(json.dumps(values))
    found = [episode.status for episode in read_episodes(copy)[0]]
    assert found == ['AMBIGUOUS', 'NOT_FOUND', 'CANCELED', 'OK']
    arguments = ['export', str(copy), '--coco', str(tmp_path / 'coco'), '--failures']
    assert main(arguments) == 0
    images = json.loads((tmp_path / 'coco' / COCO_FILE).read_text())['images']
    assert [image['attributes']['status'] for image in images] == ['AMBIGUOUS', 'NOT_FOUND']


def test_a_disk_that_becomes_full_is_said_in_words(
    recordings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, 'No space left on device', str(target))

    monkeypatch.setattr(shutil, 'copyfile', full)
    assert main(['export', str(recordings), '--coco', str(tmp_path / 'coco')]) == 2
    assert 'No space left on device; remove what was written' in capsys.readouterr().err


def test_images_of_another_size_are_left_out_with_a_word(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip('pyarrow', reason='pyarrow is not installed')
    copy = tmp_path / 'recordings'
    shutil.copytree(recordings, copy)
    odd = read_episodes(copy)[0][0]
    cv2.imwrite(str(odd.frames[0].color), np.zeros((10, 20, 3), np.uint8))
    assert main(['export', str(copy), '--lerobot', str(tmp_path / 'dataset')]) == 0
    said = capsys.readouterr().out
    assert f'left out: {odd.name}: its images are not all 32x24' in said
    assert 'of 3 episodes' in said


@pytest.mark.parametrize(
    ('damage', 'words'),
    [
        (lambda values: values.pop('frames'), "the key 'frames' is missing"),
        (lambda values: values['goal'].pop('instruction'), "the key 'instruction' is missing"),
        (lambda values: values.update(format='other'), "has the format 'other'"),
        (lambda values: values['objects'][0].update(box_xyxy=[5, 5, 1, 1]), 'is empty'),
        (lambda values: values['objects'][0]['mask'].update(runs=[3]), 'do not fill'),
        (lambda values: values['frames'][0].update(folder='../../etc'), 'outside of its folder'),
        (lambda values: values.update(uncertainty=None), 'TypeError'),
        (lambda values: values.update(result=3), 'TypeError'),
    ],
)
def test_a_damaged_recording_is_left_out_with_its_reason(
    recordings: Path, tmp_path: Path, damage: Any, words: str
) -> None:
    copy = tmp_path / 'recordings'
    shutil.copytree(recordings, copy)
    (file,) = copy.glob('*-NO_GRASP-*/episode.json')
    values = json.loads(file.read_text())
    damage(values)
    file.write_text(json.dumps(values))
    episodes, (refused,) = read_episodes(copy)
    assert len(episodes) == 3
    assert words in refused


def test_a_folder_without_recordings_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match='holds no recording; expected folders such as'):
        read_episodes(tmp_path)
    with pytest.raises(RecordingError, match='is not a folder'):
        read_episodes(tmp_path / 'nothing')
    broken = tmp_path / episode_name(0, 'LOST', '1')
    broken.mkdir()
    (broken / 'episode.json').write_text('{')
    with pytest.raises(RecordingError, match='1 cannot be read'):
        read_episodes(tmp_path)


def test_without_pyarrow_the_remedy_is_named(
    recordings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, 'pyarrow', None)
    assert main(['export', str(recordings), '--lerobot', str(tmp_path / 'dataset')]) == 2
    assert 'no LeRobot dataset can be written' in capsys.readouterr().err
