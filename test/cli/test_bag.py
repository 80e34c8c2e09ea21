"""`realvlg bag`: what is made can be read, and is what play and simulate publish."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('embreex')
pytest.importorskip('rclpy', reason='ROS 2 is not installed')

from recordings import frame

from realvlg_ros.cli import main
from realvlg_ros.frame_folder import read_frame, write_frame
from realvlg_ros.frame_sequence import FrameSequence
from realvlg_ros.replay.bags.bag import Bag
from realvlg_ros.replay.bags.frames import BagFrames
from realvlg_ros.replay.bags.topics import choose_topics
from realvlg_ros.resources import world_file
from realvlg_ros.simulation.world_file import read_world

SIZE = ['--width', '64', '--height', '48', '--fast']


def frames_of(path, fixed_frame=''):
    with Bag(path) as bag:
        return [each.frame for each in BagFrames(bag, choose_topics(bag), fixed_frame=fixed_frame)]


def topics_of(path):
    with Bag(path) as bag:
        return {each.name: each.count for each in bag.topics}


@pytest.fixture
def folders(tmp_path):
    """Three frame folders."""
    for index in range(3):
        write_frame(tmp_path / 'frames' / f'{index}', frame(index))
    return tmp_path / 'frames'


def test_a_moving_camera_of_a_world(tmp_path, capsys):
    out = tmp_path / 'bag'
    words = ['bag', 'worlds/clutter.yaml', '--out', str(out), '--duration', '0.5', '--rate', '10']
    assert main([*words, *SIZE]) == 0
    assert capsys.readouterr().out == f'wrote 5 frames of worlds/clutter.yaml to {out}\n'
    assert topics_of(out) == {
        '/camera/color/image_raw': 5, '/camera/color/camera_info': 5,
        '/camera/depth/image_raw': 5, '/tf': 5,
    }  # fmt: skip
    frames = frames_of(out, 'world')
    assert [each.stamp_ns for each in frames] == [10**9 + index * 10**8 for index in range(5)]
    trajectory = read_world(world_file('worlds/clutter.yaml')).trajectory
    for index, found in enumerate(frames):
        assert np.allclose(found.camera2fixed, trajectory.camera2world(index / 10), atol=1e-6)
    # The first image is that which simulate writes.
    assert (
        main(['simulate', '--world', 'worlds/clutter.yaml', '--output', str(tmp_path), *SIZE]) == 0
    )
    first = read_frame(tmp_path / '000000')
    assert np.array_equal(frames[0].color, first.color)
    assert np.array_equal(frames[0].depth, first.depth)


def test_equal_bags_are_made_twice(tmp_path):
    for name in 'ab':
        out = tmp_path / name / 'bag.mcap'
        assert main(['bag', 'worlds/push.yaml', '--out', str(out), '--count', '2', *SIZE]) == 0
    assert (tmp_path / 'a/bag.mcap').read_bytes() == (tmp_path / 'b/bag.mcap').read_bytes()


def test_frame_folders_are_recorded_each_once(folders, tmp_path):
    out = tmp_path / 'bag.db3'
    assert main(['bag', str(folders), '--out', str(out), '--camera-name', 'head']) == 0
    assert topics_of(out) == {
        '/head/color/image_raw': 3, '/head/color/camera_info': 3, '/head/depth/image_raw': 3,
    }  # fmt: skip
    frames = frames_of(out)
    assert len(frames) == 3
    for index, found in enumerate(frames):
        expected = read_frame(folders / str(index))
        assert np.array_equal(found.color, expected.color)
        assert np.array_equal(found.depth, expected.depth)
        assert found.camera == expected.camera


@pytest.mark.parametrize('encoding', ['16UC1', '32FC1'])
def test_compressed_images_of_a_camera_with_a_pose(encoding, folders, tmp_path):
    out = tmp_path / 'bag'
    words = ['bag', str(folders), '--out', str(out), '--compressed', '--storage', 'sqlite3']
    pose = ['--tf-frame', 'table', '--tf-pose', '0', '0', '0.7', '3.14159265', '0', '0']
    assert main([*words, *pose, '--zstd', '--depth-encoding', encoding, '--count', '4']) == 0
    assert topics_of(out) == {
        '/camera/color/image_raw/compressed': 4, '/camera/color/camera_info': 4,
        '/camera/depth/image_raw/compressedDepth': 4, '/tf_static': 1,
    }  # fmt: skip
    frames = frames_of(out, 'table')
    assert np.allclose(frames[3].camera2fixed[:3, 3], [0, 0, 0.7])
    error = np.abs(frames[3].depth - read_frame(folders / '0').depth)
    assert error.max() < {'16UC1': 1e-6, '32FC1': 1e-3}[encoding]


def test_frame_folders_with_labels_have_the_pose_of_each(tmp_path):
    written = tmp_path / 'frames'
    arguments = ['simulate', '--world', 'worlds/clutter.yaml', '--output', str(written)]
    assert main([*arguments, '--count', '3', '--rate', '5', *SIZE]) == 0
    assert main(['bag', str(written), '--out', str(tmp_path / 'bag')]) == 0
    trajectory = read_world(world_file('worlds/clutter.yaml')).trajectory
    for index, found in enumerate(frames_of(tmp_path / 'bag', 'world')):
        assert np.allclose(found.camera2fixed, trajectory.camera2world(index / 5), atol=1e-6)


def test_a_frame_that_is_broken_leaves_those_before_it(folders, tmp_path, capsys):
    (folders / '2' / 'depth.png').write_bytes(b'no image')
    assert main(['bag', str(folders), '--out', str(tmp_path / 'bag')]) == 2
    words = capsys.readouterr().err
    assert 'holds the frames before this error' in words
    assert 'depth.png cannot be decoded: it is no png' in words
    assert len(frames_of(tmp_path / 'bag')) == 2


@pytest.mark.skipif(
    not os.environ.get('REALVLG_FRAMES'), reason='no real frames; set REALVLG_FRAMES'
)
@pytest.mark.parametrize('source', ['dlr_m3t_table', 'princeton_bin_sequence', 'moveit_can'])
def test_real_frames_come_back(source, tmp_path):
    folder = Path(os.environ['REALVLG_FRAMES']) / source
    assert main(['bag', str(folder), '--out', str(tmp_path / 'bag.mcap')]) == 0
    sequence = FrameSequence(folder)
    frames = frames_of(tmp_path / 'bag.mcap')
    assert len(frames) == len(sequence) > 0
    for index, found in enumerate(frames):
        assert np.array_equal(found.color, sequence[index].color)
        # Depth is recorded in whole millimetres.
        assert np.abs(found.depth - sequence[index].depth).max() < 0.00051
        assert np.allclose(found.camera.rays, sequence[index].camera.rays)


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (['worlds/tabletop.yml'], "did you mean 'worlds/tabletop.yaml'?"),
        (['/nowhere'], '/nowhere is not a file'),
        (['{empty}'], 'holds no frame'),
        (['{frames}', '--count', '0'], 'count 0 must be at least 1'),
        (['{frames}', '--rate', '0'], 'rate 0.0 must be positive'),
        (['{frames}', '--duration', '-1'], 'duration -1.0 s must be positive'),
        (['{frames}', '--depth-encoding', 'mono8'], "depth encoding 'mono8' is not written"),
        (['{frames}', '--tf-frame', 'base'], 'give it by --tf-pose'),
        (['{frames}', '--camera-name', ''], "camera name '' is no namespace"),
        (['{frames}', '--camera-name', 'my cam'], "camera name 'my cam' is no namespace"),
        (['{frames}', '--tf-pose', '1', '2'], '--tf-pose has 2 numbers'),
        (['worlds/tabletop.yaml', '--tf-pose', '1'], 'the world says where its camera is'),
        (['{frames}', '--out', '{frames}'], 'is there already, and is not overwritten'),
    ],
)
def test_what_cannot_be_made_is_refused_and_leaves_nothing(
    arguments, words, folders, tmp_path, capsys
):
    (tmp_path / 'empty').mkdir()
    places = {'empty': tmp_path / 'empty', 'frames': folders}
    given = [each.format(**places) for each in arguments]
    assert main(['bag', '--out', str(tmp_path / 'bag'), *given]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / 'bag').exists()


def test_a_pose_of_some_of_the_frames_is_not_left_out(folders, tmp_path, capsys):
    first, *others = sorted(folders.iterdir())
    (first / 'labels.json').write_text(json.dumps({'camera2world': np.eye(4).tolist()}))
    assert main(['bag', str(folders), '--out', str(tmp_path / 'bag')]) == 2
    said = capsys.readouterr().err
    assert f'{len(others)} of {len(others) + 1} frame folders do not say' in said
    assert not (tmp_path / 'bag').exists()


def test_labels_that_are_no_pose_are_refused(folders, tmp_path, capsys):
    for folder in folders.iterdir():
        (folder / 'labels.json').write_text('{"camera2world": [[1, 2], [3, 4]]}')
    assert main(['bag', str(folders), '--out', str(tmp_path / 'bag')]) == 2
    assert 'camera2world is no rigid transform' in capsys.readouterr().err
