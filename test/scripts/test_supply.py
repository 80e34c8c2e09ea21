"""Hashes of everything that is pinned, and the bill of materials."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# A pin, with its marker, or one of its hashes.
LINE = re.compile(r'\S+==\S+(?: ;[^\\]*)? \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?')


def load(name):
    sys.path.insert(0, str(ROOT / 'scripts'))
    try:
        spec = importlib.util.spec_from_file_location(name, ROOT / 'scripts' / f'{name}.py')
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.pop(0)


HASHES = load('write_hashes')


@pytest.mark.parametrize('name', [*HASHES.WHOLE, 'robot_whole.txt', 'torch_cuda.txt'])
def test_each_pin_has_the_hashes_of_its_files(name):
    text = (ROOT / 'requirements' / name).read_text()
    pins = [match[0] for line in text.splitlines() if (match := HASHES.PIN.match(line))]
    found = HASHES.hashes_of(text)
    assert len(pins) == len(found) > 10
    assert [key for key, values in found.items() if not values] == []
    # Nothing but pins, hashes and comments.
    odd = [
        line
        for line in text.splitlines()
        if line.strip() and not line.startswith('#')
        and not LINE.fullmatch(line)
    ]  # fmt: skip
    assert odd == []


def test_what_a_robot_chooses_is_in_the_whole_list():
    whole = HASHES.hashes_of((ROOT / 'requirements' / 'robot_whole.txt').read_text())
    chosen = HASHES.hashes_of((ROOT / 'requirements' / 'robot.txt').read_text())
    assert chosen and set(chosen) <= set(whole)


def test_hashes_are_taken_out_and_put_in_again():
    plain = '# Words.\n\na==1.0\nB.c==2\n'
    hashes = {('a', '1.0'): ['sha256:' + 'b' * 64, 'sha256:' + 'a' * 64], ('b-c', '2'): [
        'sha256:' + 'c' * 64]}  # fmt: skip
    full = HASHES.with_hashes(plain, hashes)
    assert full.splitlines()[2:5] == [
        'a==1.0 \\',
        f'    --hash=sha256:{"a" * 64} \\',
        f'    --hash=sha256:{"b" * 64}',
    ]
    assert HASHES.without_hashes(full) == plain
    assert HASHES.hashes_of(full) == {key: sorted(values) for key, values in hashes.items()}
    with pytest.raises(SystemExit, match='a==1.0 has no hash'):
        HASHES.with_hashes(plain, {})


def test_make_installs_with_hashes_only():
    text = (ROOT / 'Makefile').read_text().replace('\\\n', ' ')
    installs = [line for line in text.splitlines() if 'pip install' in line]
    assert len(installs) == 4
    assert all('--require-hashes' in line and '-r ' in line for line in installs)


def test_the_bill_of_materials_lists_what_is_installed(tmp_path):
    files = [tmp_path / 'a.json', tmp_path / 'b.json']
    for file in files:
        command = [sys.executable, ROOT / 'scripts' / 'write_sbom.py', file]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    assert files[0].read_bytes() == files[1].read_bytes()
    made = json.loads(files[0].read_text())
    assert (made['bomFormat'], made['specVersion']) == ('CycloneDX', '1.5')
    assert re.fullmatch(r'urn:uuid:[0-9a-f-]{36}', made['serialNumber'])
    names = {item['name']: item for item in made['components']}
    assert {'numpy', 'scipy', 'opencv-python-headless', 'pyyaml'} <= set(names)
    refs = [item['bom-ref'] for item in made['components']]
    assert len(set(refs)) == len(refs)
    known = {*refs, made['metadata']['component']['bom-ref']}
    assert {each for item in made['dependencies'] for each in item['dependsOn']} <= known
