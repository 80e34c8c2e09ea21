import trimesh

from realvlg_ros.cli import main


def test_a_folder_of_meshes_becomes_a_report(tmp_path, capsys):
    meshes, out = tmp_path / 'meshes', tmp_path / 'run'
    meshes.mkdir()
    trimesh.creation.box((0.05, 0.09, 0.06)).export(meshes / 'carton.ply')
    # Too wide for the hand from all sides: refused, and rightly.
    trimesh.creation.box((0.12, 0.13, 0.12)).export(meshes / 'crate.ply')
    command = [
        'simulate', 'evaluate', '--objects', str(meshes), '--out', str(out), '--set', 'clutter',
        '--count', '2', '--episodes', '3', '--seed', '7',
    ]  # fmt: skip
    assert main(command) == 0
    first = capsys.readouterr().out
    assert 'outcomes sha256' in first
    page = (out / 'report.html').read_text()
    assert 'By object' in page
    assert 'Reliability' in page
    assert main(command) == 0
    assert capsys.readouterr().out == first


def test_wrong_options_are_named(tmp_path, capsys):
    assert main(['simulate', 'evaluate', '--out', str(tmp_path), '--set', 'heap']) == 2
    assert 'heap' in capsys.readouterr().err
    through = ['simulate', 'evaluate', '--out', str(tmp_path), '--through', 'nodes']
    assert main(through) == 2
    assert 'nodes are given a sentence' in capsys.readouterr().err
    missing = ['simulate', 'evaluate', '--out', str(tmp_path), '--objects', str(tmp_path / 'no')]
    assert main(missing) == 2
    assert 'holds no mesh' in capsys.readouterr().err


def test_a_folder_that_cannot_be_used_is_told_before_meshes_are_cut(tmp_path, capsys):
    taken = tmp_path / 'file'
    taken.write_text('')
    assert main(['simulate', 'evaluate', '--out', str(taken)]) == 2
    said = capsys.readouterr().err
    assert 'cannot be used for a run' in said
    assert 'convex parts' not in said
