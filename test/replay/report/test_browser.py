"""The script of the pages runs without an error in a browser, where there is one."""

import re
import shutil
import subprocess

import pytest
from made_run import MadeRun
from patience import PATIENCE_S

from realvlg_ros.replay.comparison.comparison import compare_runs
from realvlg_ros.replay.comparison.page import write_page
from realvlg_ros.replay.report.report import write_report
from realvlg_ros.replay.runs.run_reader import read_run

BROWSER = shutil.which('chromium') or shutil.which('chromium-browser')
pytestmark = pytest.mark.skipif(BROWSER is None, reason='no chromium is installed')
EVIL = '<img src=x onerror="document.title=\'taken\'"><script>document.title="taken"</script>'


def opened(page, profile):
    """The page's elements after its script has run."""
    command = [BROWSER, '--headless', '--no-sandbox', '--disable-gpu', '--dump-dom']
    command += [f'--user-data-dir={profile}', '--virtual-time-budget=5000', page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_report_draws_itself_and_no_foreign_script_runs(tmp_path):
    made = MadeRun(('the red box', EVIL), ('OK', 'NOT_FOUND'), message=EVIL)
    shown = opened(write_report(made.write(tmp_path / 'run')), tmp_path / 'profile')
    assert 'class="failure"' not in shown
    assert '<title>Replay report: table.mcap</title>' in shown
    assert shown.count('class="chart"') == 7
    assert shown.count('class="bar"') == 3
    assert shown.count('class="mark"') == 7
    # The images of the page have their addresses, and the 3-D view says what it shows.
    images = re.findall('<img data-picture[^>]*>', shown)
    assert len(images) > 3 and all('src="data:image/jpeg' in image for image in images)
    assert '6400 points; coordinates in base_link' in shown


def test_a_comparison_draws_itself(tmp_path):
    runs = [read_run(MadeRun(seed=k, message=EVIL).write(tmp_path / str(k))) for k in range(2)]
    page = write_page(compare_runs(*runs, {}), tmp_path / 'compared.html')
    shown = opened(page, tmp_path / 'profile')
    assert 'class="failure"' not in shown
    assert '<title>Two replays of table.mcap</title>' in shown
    assert shown.count('class="chart"') == 4
    assert shown.count('class="bar"') == 6
