from dataclasses import fields
from pathlib import Path

import pytest

from realvlg_ros.errors import ParameterError
from realvlg_ros.grounding.detector import DetectorSettings
from realvlg_ros.grounding.realvlg.settings import RealvlgSettings
from realvlg_ros.grounding.registry import make_grounder, read_options
from realvlg_ros.grounding.sam3 import Sam3Settings
from realvlg_ros.grounding.server import ServerSettings
from realvlg_ros.grounding.tabletop import TabletopSettings

SETTINGS = {'realvlg': RealvlgSettings, 'server': ServerSettings, 'detector': DetectorSettings,
            'tabletop': TabletopSettings, 'sam3': Sam3Settings}  # fmt: skip


@pytest.mark.parametrize('name', sorted(SETTINGS))
def test_the_shipped_options_are_all_there_and_are_the_defaults(name):
    options = read_options(name)
    kind = SETTINGS[name]
    # A block has defaults of its own.
    named = {f.name for f in fields(kind) if f.name != 'segmentation'}
    assert set(options) == named
    changed = {f.name for f in fields(kind) if f.name in named and f.default != options[f.name]}
    assert changed <= {'box_checkpoint', 'checkpoint'}
    assert make_grounder(name, options).name == name


@pytest.mark.parametrize(
    ('section', 'backend'),
    [
        ('agx_orin', 'realvlg'),
        ('orin_nx', 'realvlg'),
        ('orin_nano', 'server'),
        ('agx_orin_server', 'server'),
        ('orin_nx_server', 'server'),
    ],
)
def test_the_choices_for_orin_are_options_of_their_backend(section, backend):
    assert make_grounder(backend, read_options(f'orin.yaml#{section}')).name == backend
    page = Path(__file__).parents[2] / 'docs' / 'orin.md'
    assert f'| `{section}` | `{backend}` |' in page.read_text()


def test_an_unknown_section_is_refused():
    with pytest.raises(
        ParameterError, match='agx_orin_server, orin_nx_server, orin_nano, agx_orin, orin_nx'
    ):
        read_options('orin.yaml#tx2')


def test_no_name_is_no_options():
    assert read_options('') == {}


def test_broken_files_and_unknown_options_are_refused(tmp_path):
    path = tmp_path / 'mine.yaml'
    path.write_text('- a\n')
    with pytest.raises(ParameterError, match='name: value'):
        read_options(str(path))
    path.write_text('a: [')
    with pytest.raises(ParameterError, match='is not YAML: line 2'):
        read_options(str(path))
    path.write_text('urll: http://localhost\n')
    for backend in ('server', 'tabletop'):
        with pytest.raises(ParameterError, match=f"'{backend}': there is no option 'urll'"):
            make_grounder(backend, read_options(str(path)))
    with pytest.raises(ParameterError, match=r'realvlg\.yaml'):
        read_options('nonsense')
