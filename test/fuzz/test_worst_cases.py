"""Files from strangers that once took minutes, gigabytes, or ended with an error of a library."""

import os
import re
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from realvlg_ros.boundary import Boundary
from realvlg_ros.camera.camera_file import CameraFile
from realvlg_ros.depth_noise import DepthNoise
from realvlg_ros.documents import parse_json, parse_yaml
from realvlg_ros.errors import (
    CameraError,
    FrameError,
    GripperError,
    GroundingError,
    LabelError,
    ParameterError,
    RealvlgError,
    RobotModelError,
    WorldError,
)
from realvlg_ros.evaluation.formats.graspnet import read_graspnet
from realvlg_ros.evaluation.formats.numbers import read_rows
from realvlg_ros.evaluation.formats.ocid_vlg import read_ocid_vlg
from realvlg_ros.files import read_bytes
from realvlg_ros.frame_folder import read_frame
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grounding.realvlg.answer.answer_text import number_ranges
from realvlg_ros.grounding.realvlg.answer.reading import read_reply
from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task, find_prompts
from realvlg_ros.grounding.registry import make_grounder, read_options
from realvlg_ros.limits import MAX_DOCUMENT_VALUES, REASON_CHARACTERS
from realvlg_ros.mesh_files import read_mesh
from realvlg_ros.model_folder import ModelFolder
from realvlg_ros.quoting import cut, quoted, quoted_json, reason_of
from realvlg_ros.resources import (
    backend_options_file,
    depth_noise_file,
    gripper_file,
    share_folder,
    world_file,
)
from realvlg_ros.robot.shapes import RobotShapes
from realvlg_ros.segmentation.factory import make_segmenter
from realvlg_ros.simulation.world_file import read_world

BOUNDARY = Boundary('the file x', ParameterError, 'do something else')
# Each letter stands for nine of the one before: 9**9 values in 400 bytes.
BOMB = 'a: &a [x,x,x,x,x,x,x,x,x]\n' + ''.join(
    f'{after}: &{after} [{",".join([f"*{before}"] * 9)}]\n'
    for before, after in zip('abcdefgh', 'bcdefghi', strict=True)
)
# The same by merged mappings.
MERGED = 'a: &a {x: 1}\n' + ''.join(
    f'{after}: &{after} {{p: *{before}, q: *{before}, r: *{before}, s: *{before}}}\n'
    for before, after in zip('abcdefghijkl', 'bcdefghijklm', strict=True)
)
FRANKA = (share_folder() / 'config' / 'grippers' / 'franka_hand.yaml').read_text()
CAMERA = '"height": 30, "fx": 40, "fy": 40, "cx": 25, "cy": 15'


def camera(values):
    return f'{{{values}, {CAMERA}}}'


def options(path: Path) -> object:
    return make_grounder('server', read_options(str(path)))


def gripper(change: str, value: str) -> str:
    return re.sub(rf'{change}:.*', f'{change}: {value}', FRANKA)


@pytest.mark.parametrize('read', [DepthNoise.from_yaml, read_world, Gripper.from_yaml, options])
@pytest.mark.parametrize(
    ('text', 'said'),
    [
        (BOMB, 'line [0-9]: more than 50000 values, with what aliases stand for'),
        (MERGED, 'more than 50000 values'),
        ('[' * 100_000, 'line 1: nested more than 32 deep'),
        ('{a: ' * 5000, 'nested more than 32 deep'),
        ('a: &a [*a]', r'line 1: the alias \*a holds itself'),
        ('a: ' + ':'.join(['1'] * 100_000), 'line 1: a number of 199999 characters'),
        ('a: 0x' + 'f' * 50, 'line 1: a number of 200 bits'),
        ('a: 1\nb: 2026-13-41', "line 2: '2026-13-41': month must be"),
        ('\n1: 2', 'line 2: the key 1 is no text; write it in quotation marks'),
        ('true: 2', 'line 1: the key True is no text'),
        ('a: !!python/object/apply:os.system [x]', 'line 1: could not determine a constructor'),
        ('a: b\n---\nc: d', 'line 2: but found another document'),
        ('a: 1\nb: \xff'.encode('latin-1'), 'line 2 holds the byte 0xff, which is no UTF-8 text'),
        ('a: 1\n' + '#' * 5_000_000, 'has more than the 4194304 bytes'),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else '',
)
def test_yaml_is_refused_with_its_line_before_it_grows(read, text, said, tmp_path):
    path = tmp_path / 'x.yaml'
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RealvlgError, match=rf'{path}.*{said}') as raised:
        read(path)
    assert len(str(raised.value)) < 600


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        *((t, float(t)) for t in ('1e-3', '8e-20', '-1E6', '+2.5e3', '3.e1', '-.5', '+.5')),
        *((t, int(t)) for t in ('0', '12', '-7')),
        *((t, t) for t in ('e5', '1e', '1e-', '1e5m', '1e5.5', '.', '+', '-e3', '08', '1.2.3')),
        ('"1e-3"', '1e-3'),
        ("'.5'", '.5'),
        ('.inf', float('inf')),
    ],
)  # fmt: skip
def test_numbers_of_yaml_are_numbers_and_the_rest_texts(text, value):
    read = parse_yaml(text, BOUNDARY)
    assert read == value and type(read) is type(value)


def test_a_text_of_digits_takes_time_in_proportion():
    assert parse_yaml('1' * 1_000_000 + 'x', BOUNDARY).endswith('x')


@pytest.mark.parametrize(
    'text', ['!!set {a}', '!!binary aGk=', '!!omap [a: 1]', '!!pairs [a: 1]', '!!set {}']
)
def test_a_type_of_yaml_that_is_not_used_is_refused_with_its_line(text):
    with pytest.raises(ParameterError, match='line 2: could not determine a constructor'):
        parse_yaml(f'a: 1\nb: {text}', BOUNDARY)


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('[' * 100_000, 'nested more than 32 deep'),
        ('{"a":' * 40 + '1' + '}' * 40, 'nested more than 32 deep'),
        ('[' + '1,' * MAX_DOCUMENT_VALUES + '1]', 'more than 50000 values'),
        ('1' * 100_000, 'has 100000 digits'),
        ('{"a": 1,}', 'line 1: Expecting property name'),
        ('\n\n{', 'line 3: Expecting property name'),
        (b'\xff\xfe', 'is not JSON'),
    ],
    ids=lambda value: str(value)[:20],
)
def test_json_is_refused_with_its_line_before_it_grows(text, said):
    with pytest.raises(ParameterError, match=f'^the file x.*{said}.*; do something else$'):
        parse_json(text, BOUNDARY)


@pytest.mark.parametrize(
    ('read', 'error', 'name', 'content', 'said'),
    [
        (Gripper.from_yaml, GripperError, 'g.yaml', gripper('finger_width', "''"),
         "finger_width is ''; expected a number"),
        (Gripper.from_yaml, GripperError, 'g.yaml', gripper('max_opening', '.nan'),
         'max_opening is nan; expected a number'),
        (Gripper.from_yaml, GripperError, 'g.yaml', gripper('palm_size', '[1, 2]'),
         r'palm_size is \[1, 2\]; expected a list of 3 numbers'),
        (Gripper.from_yaml, GripperError, 'g.yaml', gripper('name', '[a]'), "name is .'a'.; exp"),
        (CameraFile.read, CameraError, 'camera.json', camera('"width": 50, "distortion": 0'),
         'distortion is 0; expected a list of numbers'),
        (CameraFile.read, CameraError, 'camera.json', camera('"width": Infinity'),
         'width is Infinity; expected a whole number'),
        (CameraFile.read, CameraError, 'camera.json', camera('"width": NaN'), 'width is NaN'),
        (CameraFile.read, CameraError, 'camera.json',
         '{"width": 65000, "height": 65000, "fx": 9, "fy": 9, "cx": 5, "cy": 5}',
         '65000x65000 pixels are more than'),
        (RobotShapes.from_yaml, RobotModelError, 's.yaml', 'links: {a: [{box: [1, 2]}]}',
         r'a.box is \[1, 2\]; expected a list of 3 numbers'),
        (RobotShapes.from_yaml, RobotModelError, 's.yaml', 'links: {a: [{sphere: .inf}]}',
         'a.sphere is inf; expected a number'),
        (RobotShapes.from_yaml, RobotModelError, 's.yaml', 'links: [1]', 'links: {LINK'),
        (PromptSet.from_yaml, ParameterError, 'p.yaml', 'system: 5\ncoordinates: a\ntasks: {}',
         'system is 5; expected a text'),
        (read_ocid_vlg, LabelError, 'm.json', '[[1, 2, 3, 4, 5, 1e999]]', 'row 0 .*infinity'),
        (read_ocid_vlg, LabelError, 'm.json', '[[1], [1, 2]]', 'm.json cannot be read'),
        (read_graspnet, LabelError, 'r.npy', b'\x93NUMPY\x01\x00v\x00{"descr": ',
         'cannot be read as an array'),
    ],
)  # fmt: skip
def test_a_value_that_is_none_is_named_with_its_key(read, error, name, content, said, tmp_path):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(error, match=said) as raised:
        read(path)
    assert str(path) in str(raised.value)


def npy(shape):
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    return b'\x93NUMPY\x01\x00' + struct.pack('<H', len(text)) + text.encode() + bytes(48)


@pytest.mark.parametrize('shape', ['(100000000000, 7)', '(-1, 7)', '(2, -7)', f'({2**70},)'])
def test_an_array_is_no_larger_than_its_file(shape, tmp_path):
    (tmp_path / 'r.npy').write_bytes(npy(shape))
    with pytest.raises(LabelError, match='its header says|cannot be read'):
        read_rows(tmp_path / 'r.npy', 7)


def test_an_object_without_a_number_is_named_by_its_row(tmp_path):
    np.save(tmp_path / 'g.npy', np.array([[1.0, 2, 3, 4, 5, 1, np.inf]]))
    with pytest.raises(LabelError, match='row 0 .*infinity'):
        read_graspnet(tmp_path / 'g.npy')


@pytest.mark.parametrize(
    ('name', 'data'),
    [
        ('a.stl', b''),
        ('a.stl', bytes(80) + struct.pack('<I', 2**32 - 1)),
        ('a.stl', b'solid a\nfacet\nvertex 1 2\nendsolid'),
        ('a.ply', b'ply\nformat ascii 1.0\nelement vertex 99999999999\nproperty float x\n'
                  b'property float y\nproperty float z\nend_header\n'),
        ('a.obj', b'v 0 0 0\nf 1 2 999999999\n'),
        ('a.obj', b'v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n'),
        ('a.glb', b'glTF' + bytes(8)),
        ('a.off', b'OFF\n999999999999 1 0\n'),
        ('a.gltf', b'{}'),
        ('a.zip', b'PK'),
        ('a.xyz', b'1 2 3'),
    ],
)  # fmt: skip
def test_a_mesh_that_is_none_is_an_error(name, data, tmp_path):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(WorldError, match=name):
        read_mesh(tmp_path / name, Boundary(str(tmp_path / name), WorldError))


def test_a_mesh_names_no_other_file(tmp_path):
    os.mkfifo(tmp_path / 'paint.mtl')
    text = 'mtllib paint.mtl\nusemtl a\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n'
    (tmp_path / 'a.obj').write_text(text)
    assert len(read_mesh(tmp_path / 'a.obj', BOUNDARY).faces) == 1


@pytest.mark.parametrize(
    'urdf',
    [
        '<a>' * 100_000,
        '<a>' * 100 + '</a>' * 100,
        '<!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>',
        '<robot><link name="a"><collision><geometry><sphere radius="inf"/></geometry></collision>'
        '</link></robot>',
        '<robot><link name="a"><collision><geometry><box size=""/></geometry></collision></link>'
        '</robot>',
        '<robot><link name="a"><collision/></link></robot>',
        '\x00',
        '\ud800',
    ],
)
def test_a_urdf_that_is_none_is_an_error(urdf):
    with pytest.raises(RobotModelError):
        RobotShapes.from_urdf(urdf)


@pytest.mark.parametrize('name', ['camera.json', 'color.png', 'depth.png'])
def test_a_pipe_is_not_waited_for(name, tmp_path):
    cv2.imwrite(str(tmp_path / 'color.png'), np.zeros((30, 50, 3), np.uint8))
    cv2.imwrite(str(tmp_path / 'depth.png'), np.full((30, 50), 700, np.uint16))
    (tmp_path / 'camera.json').write_text(f'{{"width": 50, {CAMERA}}}')
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    with pytest.raises((FrameError, CameraError), match=f'{name}: is a pipe'):
        read_frame(tmp_path)


@pytest.mark.parametrize('path', ['/dev/zero', '/dev/full', '/', '/proc/self/mem'])
def test_what_is_no_regular_file_is_not_read(path):
    with pytest.raises(ParameterError, match='^the file x'):
        read_bytes(Path(path), BOUNDARY)


@pytest.mark.parametrize(
    'find', [gripper_file, depth_noise_file, world_file, backend_options_file]
)
@pytest.mark.parametrize(
    'name', ['a' * 5000 + '.yaml', '~nobody_here/x.yaml', 'a\0b.yaml', '\ud800.yaml', '']
)
def test_a_name_that_no_file_has_is_an_error(find, name):
    with pytest.raises(ParameterError) as raised:
        find(name)
    assert len(str(raised.value)) < 700


def test_a_reply_of_spaces_takes_time_in_proportion():
    prompt = PromptSet.from_yaml(find_prompts('realvlg')).task(Task.BOX)
    text = (prompt.form.opening + ' ' * 100_000) * 3 + '9' * 100_000
    with pytest.raises(GroundingError, match='holds no box answer'):
        read_reply(text, prompt, number_ranges(Task.BOX, 640, 480))


@pytest.mark.parametrize(
    ('value', 'text'),
    [
        ('a' * 100, "'" + 'a' * 76 + '...'),
        (10**5000, 'a number of 16610 bits'),
        ([1, [2, [3, [4, [5]]]]], '[1, [2, [3, [...]]]]'),
        ({'a': float('nan')}, "{'a': nan}"),
        (b'\xff', r"b'\xff'"),
        ('a\nb', r"'a\nb'"),
    ],
    ids=['text', 'number', 'nested', 'mapping', 'bytes', 'line'],
)
def test_values_are_quoted_in_few_characters(value, text):
    assert quoted(value) == text


@pytest.mark.parametrize('quote', [cut, quoted, quoted_json, lambda x: reason_of(ValueError(x))])
@pytest.mark.parametrize('text', [r'"\ud800"', r'"é \udfff 😀"', '"' + r'\ud800' * 10**5 + '"'])
def test_half_a_character_is_quoted_so_that_it_can_be_written(quote, text):
    shown = quote(parse_json(text, BOUNDARY))
    assert r'\ud' in shown and len(shown) < REASON_CHARACTERS + 20
    assert shown.encode().decode() == shown
    assert 'é' not in text or ('é' in shown and '😀' in shown)


def test_a_value_that_cannot_be_written_is_quoted_by_its_type():
    class Odd:
        def __repr__(self):
            raise OverflowError

    nest = []
    nest.append(nest)
    assert quoted(Odd()).startswith('<Odd')
    assert len(quoted(nest)) < 40
    assert len(quoted(parse_yaml('a: [1, 2, {b: [3]}]', BOUNDARY))) < 80
    assert len(cut('x ' * 10**6)) == 80
    assert len(reason_of(ValueError('x' * 10**6))) < REASON_CHARACTERS + 20


@pytest.mark.parametrize(
    'error',
    [
        OverflowError('x'), UnicodeDecodeError('utf-8', b'', 0, 1, 'x'), RecursionError('x'),
        MemoryError(), KeyError('x'), AssertionError(), OSError(5, 'x'), CameraError('x'),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_a_boundary_knows_no_list_of_exceptions(error):
    with pytest.raises(ParameterError, match='^the file x'), BOUNDARY.guard():
        raise error


def test_the_end_of_the_process_passes_a_boundary():
    with pytest.raises(KeyboardInterrupt), BOUNDARY.guard():
        raise KeyboardInterrupt


@pytest.mark.parametrize('length', [300, 5000])
def test_a_name_that_is_too_long_is_no_folder(length):
    path = Path('x' * length)
    for read in (ModelFolder.open, read_frame):
        with pytest.raises(RealvlgError, match='is not a folder'):
            read(path)


@pytest.mark.parametrize('path', ['x' * 5000, '~nobody-of-this-name/sam2'])
def test_a_checkpoint_that_cannot_be_a_path_is_refused(path):
    with pytest.raises(ParameterError, match='sam2_checkpoint .* cannot be looked up'):
        make_segmenter('auto', path)
