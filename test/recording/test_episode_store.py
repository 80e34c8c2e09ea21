"""Whole episodes on disk, within their bounds."""

import json
import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
import told_goals
from told_goals import Watched

from realvlg_ros.errors import RecordingError
from realvlg_ros.frame_folder import read_frame
from realvlg_ros.recording.blanking import Blanking, BlankingSettings
from realvlg_ros.recording.episode_files import Surroundings, episode_files
from realvlg_ros.recording.episode_store import EpisodeStore, StoreLimits, episode_name
from realvlg_ros.recording.mask_runs import mask_from_runs
from realvlg_ros.recording.packed_frame import PackedFrame

ROOMY = StoreLimits(10_000_000, 100, 0)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != '.lock')


def written(store: EpisodeStore, statuses: str, start: int = 0) -> list[str]:
    """Names of episodes of 8 kB that were written, a second apart: S for OK, F for NO_GRASP."""
    made = []
    for index, letter in enumerate(statuses, start):
        name = episode_name(index, 'OK' if letter == 'S' else 'NO_GRASP', f'{index:08x}')
        store.write(name, {'episode.json': b'{}', 'frames/000/color.png': b'x' * 4000})
        made.append(name)
    return made


def test_what_was_seen_and_answered_can_be_read_again(tmp_path):
    seen = Watched()
    seen.frames(6)
    answered = seen.answered()
    seen.frames(20)
    store = EpisodeStore(tmp_path, ROOMY)
    name = episode_name(1.5, 'OK', '00ff')
    path = store.write(name, told_goals.files_of(seen.done[0]))
    values = json.loads((path / 'episode.json').read_text())
    assert values['format'] == 'realvlg-episode-1'
    assert values['goal']['instruction'] == told_goals.SENTENCE
    assert values['result']['status'] == 'OK' and values['result']['success'] is True
    assert values['result']['elapsed_s'] == pytest.approx(0.5)
    # As unsure as the less sure of the grounding (0.9) and the grasp (0.8).
    assert values['uncertainty'] == pytest.approx(0.2)
    grounded, found = values['objects']
    assert (grounded['model'], grounded['score']) == ('tabletop', 0.9)
    assert (mask_from_runs(grounded['mask']).data == told_goals.MASK.data).all()
    assert (found['source'], found['stamp_ns']) == ('target', answered)
    assert values['versions'] == {'realvlg_ros': 'test'}
    assert values['intrinsics']['fx'] == 30
    frames = values['frames']
    assert [each['folder'] for each in frames] == [f'frames/{n:03d}' for n in range(len(frames))]
    for each in frames:
        frame = read_frame(path / each['folder'])
        number = each['stamp_ns'] // told_goals.STEP_NS
        assert (frame.color == number).all()
        assert each['lighting']['brightness_mean'] == pytest.approx(number / 255)
    lights = [each['lighting']['brightness_mean'] for each in frames]
    assert values['lighting']['brightness_min'] == min(lights)
    assert values['lighting']['brightness_mean'] == pytest.approx(sum(lights) / len(lights))
    assert names(tmp_path) == [name]


@pytest.mark.parametrize(
    ('before', 'more', 'left'),
    [
        ('SSFFS', 'F', [1, 2, 3, 4, 5]),
        ('FSFS', 'SS', [0, 2, 3, 4, 5]),
        ('FFFFF', 'S', [1, 2, 3, 4, 5]),
        ('SFFFF', 'FF', [2, 3, 4, 5, 6]),
    ],
)
def test_the_oldest_successes_go_first_then_the_oldest_failures(tmp_path, before, more, left):
    # Each episode has two files of one block.
    store = EpisodeStore(tmp_path, StoreLimits(5 * 8192, 100, 0))
    every = written(store, before)
    every += written(store, more, len(before))
    assert names(tmp_path) == [every[index] for index in left]
    assert store.size_bytes == 5 * 8192
    assert store.removed == len(every) - 5


def test_the_number_of_episodes_is_bounded_too_also_after_a_restart(tmp_path):
    store = EpisodeStore(tmp_path, ROOMY)
    every = written(store, 'FFS')
    store.close()
    again = EpisodeStore(tmp_path, StoreLimits(10_000_000, 2, 0))
    assert again.names == every
    assert again.size_bytes == 3 * 8192
    every += written(again, 'F', 3)
    assert again.names == [every[1], every[3]]


def test_what_is_not_an_episode_is_left_alone(tmp_path):
    (tmp_path / 'holiday').mkdir()
    (tmp_path / 'holiday' / 'beach.png').write_bytes(b'x' * 100_000)
    (tmp_path / '20260101T000000.000Z-OK-notmine').mkdir()
    store = EpisodeStore(tmp_path, StoreLimits(2 * 8192, 1, 0))
    assert store.size_bytes == 0
    made = written(store, 'SSSS')
    assert set(names(tmp_path)) == {'20260101T000000.000Z-OK-notmine', made[-1], 'holiday'}


def test_a_crash_while_writing_leaves_whole_episodes(tmp_path, monkeypatch):
    store = EpisodeStore(tmp_path, ROOMY)
    (whole,) = written(store, 'F')

    def crash(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, 'rename', crash)
        with pytest.raises(KeyboardInterrupt):
            written(store, 'F', 1)
    assert len(names(tmp_path)) == 2
    store.close()
    again = EpisodeStore(tmp_path, ROOMY)
    assert names(tmp_path) == again.names == [whole]


def test_a_full_disk_is_said_in_words_and_leaves_nothing_behind(tmp_path, monkeypatch):
    store = EpisodeStore(tmp_path, StoreLimits(10_000_000, 100, 2_000_000_000))
    usage = namedtuple('usage', 'total used free')
    with monkeypatch.context() as patch:
        patch.setattr(shutil, 'disk_usage', lambda _: usage(0, 0, 2_000_001_000))
        with pytest.raises(RecordingError, match=r'2000 MB left.*min_free_mb'):
            written(store, 'F')

    def full(descriptor: int) -> None:
        raise OSError(28, 'No space left on device')

    with monkeypatch.context() as patch:
        patch.setattr(os, 'fsync', full)
        with pytest.raises(RecordingError, match='No space left on device'):
            written(store, 'F')
    assert names(tmp_path) == []


def test_an_episode_larger_than_all_may_be_is_refused_and_nothing_is_removed(tmp_path):
    store = EpisodeStore(tmp_path, StoreLimits(3 * 8192, 100, 0))
    kept = written(store, 'FS')
    with pytest.raises(RecordingError, match='max_size_mb'):
        store.write(episode_name(9, 'LOST', '9'), {'frames/000/color.png': b'x' * 30_000})
    assert names(tmp_path) == kept


def test_what_a_person_has_removed_meanwhile_is_not_missed(tmp_path):
    folder = tmp_path / 'records'
    store = EpisodeStore(folder, StoreLimits(10_000_000, 2, 0))
    written(store, 'FF')
    shutil.rmtree(folder)
    made = written(store, 'FFF', 2)
    assert names(folder) == made[1:]


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(RecordingError, match='nothing can be recorded in .*Not a directory'):
        EpisodeStore(tmp_path / 'file' / 'records', ROOMY)


def test_a_second_recorder_is_refused_and_takes_nothing_from_the_first(tmp_path):
    store = EpisodeStore(tmp_path, ROOMY)
    half = tmp_path / '.unfinished-19700101T000000.000Z-OK-00000000'
    half.mkdir()
    with pytest.raises(RecordingError, match='another recorder writes into .*folder of its own'):
        EpisodeStore(tmp_path, ROOMY)
    assert half.is_dir()
    store.close()
    assert EpisodeStore(tmp_path, ROOMY).names == []
    assert not half.exists()


@pytest.mark.parametrize(
    ('bound', 'kept'),
    [({'max_depth': 0.75}, 'above'), ({'max_depth': 0.1}, 'nothing'), ({}, 'all')],
)
def test_masks_tell_nothing_of_what_was_blanked(bound, kept):
    seen = Watched()
    seen.frames(6)
    seen.answered()
    seen.frames(20)
    settings = BlankingSettings(**bound)
    for shot in seen.done[0].shots:
        shot.packed = PackedFrame.of(told_goals.frame(shot.stamp_ns), Blanking(settings))
    around = Surroundings(blanks=settings.is_on)
    (episode,) = seen.done
    values = json.loads(episode_files(episode, around)['episode.json'])
    whole = told_goals.MASK.to_full(24, 32)
    # Depth grows from row to row.
    inside = whole & (told_goals.frame(0).depth <= bound.get('max_depth', 9.0))
    grounded = values['objects'][0]
    if kept == 'nothing':
        assert grounded['mask'] is None
    else:
        assert (mask_from_runs(grounded['mask']).to_full(24, 32) == inside).all()
    assert (inside.sum() < whole.sum()) == (kept != 'all')

    for shot in episode.shots:
        shot.packed = None
    values = json.loads(episode_files(episode, around)['episode.json'])
    assert (values['objects'][0]['mask'] is None) == settings.is_on


def test_a_status_of_another_program_cannot_leave_the_folder():
    name = episode_name(0, '../../home', 'zz12')
    assert name == '19700101T000000.000Z-______HOME-00000012'
