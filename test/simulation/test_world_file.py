"""Worlds from YAML."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from realvlg_ros.errors import WorldError
from realvlg_ros.resources import config_file
from realvlg_ros.simulation.placement import clearance, footprint
from realvlg_ros.simulation.trajectory import LinearSweep, Orbit
from realvlg_ros.simulation.world import upright_pose
from realvlg_ros.simulation.world_file import parse_world, read_world

pytest.importorskip('trimesh')

FOLDER = Path()


def parse(text):
    return parse_world(yaml.safe_load(text), FOLDER)


def shipped(name):
    return read_world(config_file(f'worlds/{name}.yaml'))


def test_the_demo_has_exactly_one_red_mug():
    world = shipped('tabletop')
    assert [item.name for item in world.objects if item.label == 'red mug'] == ['red_mug']
    assert sum('red' in item.label.split() for item in world.objects) == 1
    assert sum('mug' in item.label.split() for item in world.objects) == 1


def test_two_red_mugs_are_ambiguous():
    assert [item.label for item in shipped('two_red_mugs').objects].count('red mug') == 2


@pytest.mark.parametrize('name', ['tabletop', 'two_red_mugs', 'clutter', 'push'])
def test_shipped_worlds_have_no_collisions(name):
    outlines = [footprint(item.world_vertices()) for item in shipped(name).objects]
    gaps = [clearance(a, b) for i, a in enumerate(outlines) for b in outlines[:i]]
    assert min(gaps) > 0.005


def test_nothing_collides_while_it_is_pushed():
    world = shipped('push')
    for time_s in np.arange(0, 4.1, 0.25):
        outlines = [footprint(item.world_vertices()) for item in world.at(time_s).objects]
        gaps = [clearance(a, b) for i, a in enumerate(outlines) for b in outlines[:i]]
        assert min(gaps) > 0.005


def test_every_key_is_read():
    world = parse("""
        name: all
        table: {size_m: [0.8, 1.2], thickness_m: 0.02, height_m: 0.7, texture: cloth, seed: 3}
        light: {direction: [0, 0.2, 1], intensity: 0.5, ambient: 0.3, softness: 0.05}
        camera: {trajectory: orbit, radius_m: 0.6, height_m: 0.4, rate_rad_s: 0.1, sweep_rad: 1.0}
        objects:
          - {shape: box, color: [10, 20, 30], name: parcel, label: small parcel,
             dimensions_m: {size_x: 0.1, size_y: 0.2, size_z: 0.05}, position_m: [0.1, -0.2],
             yaw_rad: 0.5, rpy_rad: [0, 1.5707963, 0],
             motion: {displacement_m: [0.1, 0, 0], rotation_rad: 0.4, start_s: 1, duration_s: 2}}
    """)
    item = world.object('parcel')
    assert (item.label, item.color, world.name) == ('small parcel', (10, 20, 30), 'all')
    assert world.table.size == (0.8, 1.2) and world.table.texture == 'cloth'
    assert world.light.direction == (0, 0.2, 1)
    assert world.trajectory == Orbit(radius=0.6, height=0.4, rate=0.1, sweep=1.0)
    # Lying on its x side the box is 0.1 m high, and its lowest point touches the table.
    vertices = item.world_vertices()
    assert vertices[:, 2].min() == pytest.approx(0, abs=1e-6)
    assert vertices[:, 2].max() == pytest.approx(0.1, abs=1e-6)
    assert np.allclose(vertices.mean(axis=0)[:2] - item.pose[:2, 3], item.pose[:2, 2] * 0.025)
    assert item.motion.displacement == (0.1, 0, 0) and item.motion.rotation == 0.4


def test_defaults_give_names_labels_and_free_places():
    text = 'seed: 3\nobjects: [{shape: mug, color: red}, {shape: can, position_m: [0, 0]}]'
    world = parse(text)
    assert [item.name for item in world.objects] == ['red_mug', 'gray_can']
    assert np.array_equal(world.objects[1].pose, upright_pose(0, 0, 0))
    outlines = [footprint(item.world_vertices()) for item in world.objects]
    assert clearance(*outlines) >= 0.02
    assert np.array_equal(parse(text).objects[0].pose, world.objects[0].pose)


def test_sweep_and_mesh_are_read(tmp_path):
    import trimesh

    trimesh.creation.box((10, 10, 10)).export(tmp_path / 'cube.ply')
    path = tmp_path / 'world.yaml'
    path.write_text(
        'camera: {trajectory: sweep, start_m: [-0.5, 0, 0.4], end_m: [-0.4, 0, 0.4],'
        ' speed_m_s: 0.2}\n'
        'objects: [{mesh: cube.ply, scale: 0.004, color: blue, position_m: [0, 0]}]\n'
    )
    world = read_world(path)
    assert world.trajectory == LinearSweep((-0.5, 0, 0.4), (-0.4, 0, 0.4), 0.2)
    assert world.name == 'world'
    assert np.allclose(world.object('blue_cube').mesh.extents, 0.04)


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('[1, 2]', 'the file is .* expected keys'),
        ('tables: {}', 'unknown key tables; known are name, seed'),
        ('objects: {}', 'objects is .* expected a list'),
        ('objects: [{shape: spoon}]', r"objects\[0\]: shape 'spoon' is not known"),
        ('objects: [{color: red}]', r'objects\[0\]: give either shape or mesh'),
        ('objects: [{shape: mug, colour: red}]', 'unknown key colour; known are shape'),
        ('objects: [{shape: mug, color: teal}]', "color 'teal' is not known; choose one of red"),
        ('objects: [{shape: mug, color: [1, 2, 300]}]', 'with numbers 0 to 255'),
        ('objects: [{shape: mug, position_m: [1]}]', r'objects\[0\].position_m is .* 2 numbers'),
        ('objects: [{shape: mug, position_m: [1, .nan]}]', 'expected a finite number'),
        ('objects: [{shape: mug, dimensions_m: {depth: 1}}]', "dimension 'depth' is not one"),
        ('objects: [{shape: mug, motion: {speed: 1}}]', r'objects\[0\]: .*unknown key speed'),
        ('camera: {trajectory: spiral}', "'spiral' is not known; choose one of static"),
        ('camera: {eye: [0, 0, 1]}', 'camera: unknown key eye; known are eye_m'),
        ('table: {texture: marble}', "texture 'marble' is not wood"),
        ('table: {size_m: 1}', 'table.size_m is 1; expected 2 numbers'),
        ('seed: -1', 'seed is -1; expected a whole number'),
        ('gap_m: wide', "gap_m is 'wide'; expected a finite number"),
    ],
)
def test_mistakes_are_named_with_the_remedy(text, words):
    with pytest.raises(WorldError, match=words):
        parse(text)


def test_errors_name_the_file(tmp_path):
    path = tmp_path / 'broken.yaml'
    with pytest.raises(WorldError, match=r'broken\.yaml cannot be read: No such file'):
        read_world(path)
    path.write_text('objects: [')
    with pytest.raises(WorldError, match=r'broken\.yaml is not YAML'):
        read_world(path)
    path.write_text('seed: x')
    with pytest.raises(WorldError, match=r'broken\.yaml: seed is'):
        read_world(path)


def test_a_mesh_with_a_pose_keeps_its_origin(tmp_path):
    trimesh = pytest.importorskip('trimesh')
    box = trimesh.creation.box((0.04, 0.06, 0.08))
    box.apply_translation((0.3, 0.0, 0.1))
    box.export(tmp_path / 'box.ply')
    turned = [0.1, 0.2, 0.3, 0.0, 0.0, np.sqrt(0.5), np.sqrt(0.5)]
    (item,) = parse_world(
        {'objects': [{'mesh': 'box.ply', 'pose_m_xyzw': turned}]}, tmp_path
    ).objects
    # A quarter turn about z takes the middle of the box from (0.3, 0, 0.1) to (0, 0.3, 0.1).
    middle = item.world_vertices().mean(axis=0)
    assert middle == pytest.approx([0.1, 0.5, 0.4], abs=1e-6)


@pytest.mark.parametrize(
    ('more', 'words'),
    [
        ('pose_m_xyzw: [0, 0, 0, 0, 0, 0, 2]', 'length 2.0000'),
        ('pose_m_xyzw: [0, 0, 0]', 'expected 7 numbers'),
        ('pose_m_xyzw: [0, 0, 0, 0, 0, 0, 1], yaw_rad: 1', 'either pose_m_xyzw or yaw_rad'),
    ],
)
def test_a_pose_that_makes_no_sense_is_refused(more, words):
    with pytest.raises(WorldError, match=words):
        parse(f'objects: [{{shape: mug, color: red, {more}}}]')
