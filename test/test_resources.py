import pytest

from realvlg_ros.errors import ParameterError
from realvlg_ros.resources import (
    backend_options_file,
    config_file,
    depth_noise_file,
    gripper_file,
    share_folder,
    world_file,
)


def test_a_file_of_config_is_found_by_its_name_and_any_other_by_its_path(tmp_path):
    assert config_file('worlds/tabletop.yaml') == share_folder() / 'config/worlds/tabletop.yaml'
    own = tmp_path / 'own.yaml'
    own.write_text('{}')
    assert config_file(str(own)) == gripper_file(str(own)) == own


def test_a_missing_file_is_named_with_the_one_that_was_meant():
    with pytest.raises(ParameterError, match=r'is not a file.*did you mean .worlds/tabletop.yaml'):
        config_file('tabletop')
    with pytest.raises(ParameterError, match=r'/no/thing.yaml is not a file; /no holds none$'):
        config_file('/no/thing.yaml')


@pytest.mark.parametrize('name', ['tentacle', ''])
def test_an_unknown_gripper_lists_the_known_ones(name):
    words = rf"gripper is '{name}'; expected one of franka_hand, robotiq_2f85, wsg_50, or the path"
    with pytest.raises(ParameterError, match=words):
        gripper_file(name)


@pytest.mark.parametrize(
    ('find', 'folder', 'name'),
    [
        (world_file, 'worlds', 'clutter'),
        (backend_options_file, 'backends', 'server'),
        (gripper_file, 'grippers', 'wsg_50'),
        (depth_noise_file, 'depth_noise', 'd435'),
    ],
)
def test_each_kind_is_found_by_name_and_a_miss_lists_its_own_folder(find, folder, name, tmp_path):
    known = share_folder() / 'config' / folder
    by_name = () if find is world_file else (name,)
    for given in (*by_name, f'{name}.yaml', f'{folder}/{name}.yaml', str(known / f'{name}.yaml')):
        assert find(given).samefile(known / f'{name}.yaml')
    for given in ('raw', 'raw.yaml', f'{folder}/raw.yaml', str(tmp_path / 'raw.yaml'), ''):
        with pytest.raises(ParameterError) as error:
            find(given)
        assert (given or repr(given)) in str(error.value)
        assert all(path.stem in str(error.value) for path in known.glob('*.yaml'))
