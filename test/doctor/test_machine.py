"""What the doctor says of a machine's figures; each problem has its remedy."""

from dataclasses import replace

import pytest
from dialect_servers import serving

from realvlg_ros.cli import main
from realvlg_ros.cli.doctor import PROBLEMS, report
from realvlg_ros.doctor.finding import Finding, Section, Verdict, problems
from realvlg_ros.doctor.machine import Machine, memory, middleware
from realvlg_ros.doctor.software import backends, installed
from realvlg_ros.resources import config_file

PROFILE = str(config_file('fastdds_profile.xml'))
GOOD = Machine(
    16000.0, 9000.0, shm_mb=2000.0, shm_free_mb=1900.0,
    environment={'FASTRTPS_DEFAULT_PROFILES_FILE': PROFILE},
)  # fmt: skip


def wrong(section):
    return {found.subject: f'{found.state} -> {found.remedy}' for found in problems([section])}


def test_a_good_machine_has_no_problems():
    assert problems([middleware(GOOD), memory(GOOD)]) == []
    here = Machine.this()
    assert 0 < here.available_mb <= here.memory_mb
    assert here.shm_free_mb <= here.shm_mb


def with_environment(**names):
    return replace(GOOD, environment={**GOOD.environment, **names})


@pytest.fixture
def small_profile(tmp_path):
    path = tmp_path / 'small.xml'
    path.write_text('<segment_size>1048576</segment_size>')
    return str(path)


CASES = {
    'full': (replace(GOOD, shm_free_mb=100.0), '/dev/shm', 'fastdds shm clean'),
    'small': (replace(GOOD, shm_mb=64.0, shm_free_mb=64.0), '/dev/shm', '--shm-size 1g'),
    'absent': (replace(GOOD, shm_mb=0.0), '/dev/shm', 'mount a tmpfs'),
    'no profile': (replace(GOOD, environment={}), 'profile', PROFILE),
    'lost profile': (
        with_environment(FASTRTPS_DEFAULT_PROFILES_FILE='/no/such.xml'), 'profile', PROFILE,
    ),
    'no memory': (replace(GOOD, available_mb=300.0), 'memory', 'end other programs'),
}  # fmt: skip


@pytest.mark.parametrize('case', CASES)
def test_each_fault_is_named_with_its_remedy(case):
    machine, subject, remedy = CASES[case]
    found = {**wrong(middleware(machine)), **wrong(memory(machine))}
    assert list(found) == [subject]
    assert remedy in found[subject]


def test_a_full_shared_memory_says_how_much_is_needed():
    said = wrong(middleware(replace(GOOD, shm_free_mb=100.0)))['/dev/shm']
    assert said.startswith('100 of 2000 MB free; 4 senders take 268 MB')


def test_a_profile_without_large_segments_and_other_middlewares(small_profile):
    machine = with_environment(FASTRTPS_DEFAULT_PROFILES_FILE=small_profile)
    assert 'a segment of 1.0 MB holds no large image' in wrong(middleware(machine))['profile']
    other = with_environment(RMW_IMPLEMENTATION='rmw_cyclonedds_cpp')
    assert problems([middleware(replace(other, shm_free_mb=0.0))]) == []


def test_what_dead_nodes_left_is_told():
    section = middleware(replace(GOOD, dead_segments=3))
    assert any('3 files in /dev/shm' in found.state for found in section.findings)


def test_backends_and_a_server_are_looked_at():
    named = {found.subject: found for found in backends().findings}
    assert set(named) == {'tabletop', 'realvlg', 'detector', 'sam3', 'server'}
    assert named['tabletop'].verdict is Verdict.OK
    assert named['server'].verdict is Verdict.NOTE
    with serving('llama_cpp') as server:
        found = backends(server.url).findings[-1]
        assert found.verdict is Verdict.OK and 'dialect llama_cpp; m' in found.state
        server.fault = 'refuses'
        found = backends(server.url).findings[-1]
        assert found.verdict is Verdict.PROBLEM and '503' in found.state
    assert 'is the server running' in backends(server.url).findings[-1].state


def test_what_is_missing_is_off_or_wrong(monkeypatch):
    import sys

    for name in ('torch', 'rosbags', 'scipy'):
        monkeypatch.setitem(sys.modules, name, None)
    found = {f.subject: f for f in (*installed().findings, *backends().findings)}
    assert (
        found['scipy'].verdict is Verdict.PROBLEM and 'install it: scipy' in found['scipy'].remedy
    )
    assert found['rosbags'].verdict is Verdict.NOTE and 'replay are off' in found['rosbags'].state
    for name in ('realvlg', 'detector', 'sam3'):
        assert found[name].verdict is Verdict.NOTE and 'torch' in found[name].state


def test_a_problem_without_a_remedy_cannot_be_made():
    with pytest.raises(ValueError, match='needs a remedy'):
        Finding(Verdict.PROBLEM, 'x', 'is wrong')


def test_the_command_prints_writes_and_exits_with_what_it_found(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr('realvlg_ros.cli.doctor.Machine.this', lambda: GOOD)
    path = tmp_path / 'doctor.json'
    assert main(['doctor', '--no-ros', '--json', str(path)]) == 0
    assert 'no problems' in capsys.readouterr().out
    assert '"subject": "/dev/shm"' in path.read_text()
    full = replace(GOOD, shm_free_mb=1.0)
    monkeypatch.setattr('realvlg_ros.cli.doctor.Machine.this', lambda: full)
    assert main(['doctor', '--no-ros']) == PROBLEMS
    printed = capsys.readouterr().out
    assert '  !!  /dev/shm: 1 of 2000 MB free' in printed and '1 problem (' in printed
    assert main(['doctor', '--seconds', '0']) == 2
    assert report([Section('A', ())]).endswith('!!: wrong)')
