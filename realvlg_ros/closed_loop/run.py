"""Many episodes into a folder; one that was interrupted goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import WorldError
from ..grasping.gripper import Gripper
from ..json_text import to_json_text
from ..quoting import quoted
from ..resumable import append_line, begin_run, whole_lines
from ..simulation.physics.solid import Solid
from .episode import Loop, Trial
from .grounders import GROUNDINGS
from .record import Episode
from .scenes import SETS, make_scene
from .stock import digest

EPISODES_FILE, RUN_FILE = 'episodes.jsonl', 'run.json'
THROUGH = ('pipeline', 'nodes')


@dataclass(frozen=True)
class EvaluateOptions:
    """What is evaluated.

    Attributes:
        episodes: how many.
        seed: of the first scene; the next ones count on.
        kind: single, clutter or bin.
        grounding: truth, box or sentence.
        count: objects in a scene of clutter or in a bin.
        gripper: name of its profile.
        through: what is asked: the pipeline in this process, or the nodes.
    """

    episodes: int = 100
    seed: int = 0
    kind: str = 'single'
    grounding: str = 'truth'
    count: int = 6
    gripper: str = 'franka_hand'
    through: str = 'pipeline'

    def __post_init__(self) -> None:
        if self.episodes < 1 or self.seed < 0:
            raise WorldError(
                f'episodes {self.episodes} must be at least 1 and seed {self.seed} at least 0'
            )
        if self.kind not in SETS:
            raise WorldError(f'set {quoted(self.kind)} is not one of {", ".join(SETS)}')
        if self.grounding not in GROUNDINGS:
            raise WorldError(
                f'grounding {quoted(self.grounding)} is not one of {", ".join(GROUNDINGS)}'
            )
        if self.through not in THROUGH:
            raise WorldError(f'through {quoted(self.through)} is not one of {", ".join(THROUGH)}')
        if self.through == 'nodes' and self.grounding != 'sentence':
            raise WorldError(
                f'grounding {quoted(self.grounding)}: nodes are given a sentence; take sentence'
            )
        if not 2 <= self.count <= 12:
            raise WorldError(f'{self.count} objects in a scene; 2 to 12 are allowed')


def evaluate(
    options: EvaluateOptions,
    stock: Sequence[Solid],
    gripper: Gripper,
    folder: Path | None,
    on_trial: Callable[[Trial], None] = lambda trial: None,
    loop: Loop | None = None,
) -> list[Episode]:
    """Run the episodes that a folder does not hold yet, and return all.

    Args:
        options: what is evaluated.
        stock: objects to draw from.
        gripper: profile with an `actuation`.
        folder: of the run, to go on with or to be made; None keeps nothing.
        on_trial: called after each episode that was run.
        loop: runs them; None for the pipeline in this process.

    Raises:
        RunError: the folder holds another run, or cannot be written.
        WorldError: a scene cannot be made.
    """
    done = {} if folder is None else _begun(folder, options, stock)
    loop = loop or Loop(gripper, options.grounding)
    for seed in range(options.seed, options.seed + options.episodes):
        if seed in done:
            continue
        trial = loop.run(make_scene(options.kind, stock, seed, options.count), options.kind, seed)
        done[seed] = trial.episode
        if folder is not None:
            append_line(folder / EPISODES_FILE, trial.episode.line())
        on_trial(trial)
    return [done[seed] for seed in sorted(done)][: options.episodes]


def outcome_hash(episodes: Sequence[Episode]) -> str:
    """SHA-256 of what came of all episodes, their times left out: equal for equal runs."""
    lines = [to_json_text(_plain(e.outcome())) for e in episodes]
    return hashlib.sha256('\n'.join(lines).encode()).hexdigest()


def read_episodes(folder: Path, mend: bool = False) -> list[Episode]:
    """The episodes of a folder in the order of their seeds; a line cut off is left out.

    With `mend` it is taken out of the file, too.

    Raises:
        RunError: the file cannot be read.
    """
    episodes = whole_lines(folder / EPISODES_FILE, Episode.from_line, mend)
    return sorted(episodes, key=lambda episode: episode.seed)


def _begun(folder: Path, options: EvaluateOptions, stock: Sequence[Solid]) -> dict[int, Episode]:
    """The episodes that are there by seed, of a run with the same options."""
    wanted = {**asdict(options), 'stock': digest(stock)}
    begin_run(folder / RUN_FILE, wanted, ('episodes',), asdict(EvaluateOptions()))
    episodes = read_episodes(folder, mend=True)
    return {episode.seed: episode for episode in episodes}


def _plain(values: dict[str, object]) -> dict[str, object]:
    """Values whose text is the same for the same run."""
    return {k: None if v != v else v for k, v in values.items()}
