"""The list of hashes beside a checkpoint: of every file, and signed if one wants."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

from ....boundary import Boundary
from ....errors import GroundingError, MissingDependencyError
from ....json_text import to_json_text
from ....model_folder import read_settings
from ....quoting import cut, quoted
from ..model.checkpoint import Checkpoint

HASHES_NAME = 'realvlg_hashes.json'
SIGNATURE_NAME = f'{HASHES_NAME}.sig'
# What a signature of ssh-keygen is for: one that was made for another purpose does not count.
NAMESPACE = 'realvlg-model'
_SHA256 = re.compile('[0-9a-f]{64}')
# Bytes that are hashed at once, and the time ssh-keygen may take, s. Chosen: little memory; a
# signature takes milliseconds.
_BLOCK, _LONGEST_S = 2**20, 30.0


def hash_files(checkpoint: Checkpoint) -> dict[str, str]:
    """SHA-256 of every file of the folder by its relative name, but of the list itself."""
    names = [name for name in checkpoint.files if name not in (HASHES_NAME, SIGNATURE_NAME)]
    return {name: _sha256(checkpoint.path / name) for name in names}


def write_hashes(folder: Path, found: dict[str, str]) -> None:
    """Write the list of hashes into the folder."""
    (folder / HASHES_NAME).write_text(to_json_text(found, indent=2) + '\n')


def check_hashes(folder: Path, found: dict[str, str]) -> bool:
    """Compare the files with the list in the folder; False where there is none.

    Args:
        folder: of the checkpoint.
        found: hashes of every file by name.

    Raises:
        GroundingError: a file differs, is missing or is not listed.
    """
    if not (folder / HASHES_NAME).is_file():
        return False
    boundary = Boundary(str(folder), GroundingError, 'download the model again')
    expected = read_settings(folder / HASHES_NAME)
    for name, value in expected.items():
        if not isinstance(value, str) or not _SHA256.fullmatch(value):
            raise boundary.refusal(f'{HASHES_NAME} has {quoted(value)} of {quoted(name)}')
    unlisted = sorted(set(found) - set(expected))
    if unlisted:
        raise boundary.refusal(f'{_listed(unlisted)} not listed in {HASHES_NAME}; delete it')
    missing = sorted(set(expected) - set(found))
    if missing:
        raise boundary.refusal(f'{_listed(missing)} of {HASHES_NAME} missing')
    wrong = sorted(name for name in expected if expected[name] != found[name])
    if wrong:
        raise boundary.refusal(f'{cut(", ".join(wrong))} differ from {HASHES_NAME}')
    return True


def check_signature(folder: Path, signers: Path) -> str:
    """Check who signed the list of hashes, by ssh-keygen.

    Args:
        folder: of the checkpoint; holds the list and its signature.
        signers: lines of "NAME KEY" of those who are trusted, as in ssh-keygen's allowed_signers.

    Returns:
        The name of the one who signed.

    Raises:
        GroundingError: there is no signature, or it is of nobody whom the file names.
        MissingDependencyError: ssh-keygen is not installed.
    """
    signed, signature = folder / HASHES_NAME, folder / SIGNATURE_NAME
    boundary = Boundary(str(signature), GroundingError)
    for file in (signed, signature, signers):
        if not file.is_file():
            raise boundary.refusal(f'{file} is missing; sign: ssh-keygen -Y sign -n {NAMESPACE}')
    files = ['-s', str(signature), '-f', str(signers)]
    named = _ssh_keygen(['find-principals', *files], b'', boundary).splitlines()
    who = named[0].strip() if named else ''
    _ssh_keygen(['verify', *files, '-I', who, '-n', NAMESPACE], signed.read_bytes(), boundary)
    return who


def _ssh_keygen(arguments: list[str], given: bytes, boundary: Boundary) -> str:
    try:
        done = subprocess.run(
            ['ssh-keygen', '-Y', *arguments], input=given, capture_output=True, check=False,
            timeout=_LONGEST_S,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise MissingDependencyError(
            'signatures are checked by ssh-keygen, which is not installed; '
            'apt install openssh-client'
        ) from error
    except subprocess.TimeoutExpired as error:
        raise boundary.refusal('ssh-keygen does not end') from error
    if done.returncode:
        said = (done.stderr + done.stdout).decode(errors='replace')
        raise boundary.refusal(f'is of nobody who is trusted ({cut(said)})')
    return done.stdout.decode(errors='replace')


def _listed(names: list[str]) -> str:
    are = 'is' if len(names) == 1 else 'are'
    return f'{cut(", ".join(names))} {are}' if names else ''


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open('rb') as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
