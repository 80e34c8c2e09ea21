"""Writes what is installed as a software bill of materials: CycloneDX 1.5, JSON.

    .venv/bin/python scripts/write_sbom.py build/sbom.json

It lists every distribution of the Python that runs it, with version, licence and what it needs,
and the hashes that requirements/*.txt pin. Two runs over the same environment write the same
bytes.
"""

from __future__ import annotations

import argparse
import json
import re
import uuid
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from write_hashes import FOLDER, canonical, hashes_of

ROOT = FOLDER.parent
NAME = 'realvlg_ros'
# Namespace of the serial number. Chosen: that of names of the package.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, NAME)
NEEDED = re.compile(r'^[A-Za-z0-9._-]+')


def installed() -> dict[str, Distribution]:
    """The distributions by canonical name, the first of each on the path."""
    found: dict[str, Distribution] = {}
    for distribution in distributions():
        name = distribution.metadata['Name']
        if name:
            found.setdefault(canonical(name), distribution)
    return dict(sorted(found.items()))


def component(name: str, distribution: Distribution, hashes: list[str]) -> dict[str, Any]:
    """What is said of one distribution.

    Args:
        name: canonical.
        distribution: as it is installed.
        hashes: that are pinned for its version.
    """
    version = distribution.version
    purl = f'pkg:pypi/{name}@{version}'
    made: dict[str, Any] = {
        'type': 'library', 'bom-ref': purl, 'name': name, 'version': version, 'purl': purl,
    }  # fmt: skip
    meta = distribution.metadata
    if words := (meta['License-Expression'] or meta['License'] or '').strip():
        made['licenses'] = [{'license': {'name': words.splitlines()[0][:200]}}]
    if summary := (meta['Summary'] or '').strip():
        made['description'] = summary[:500]
    if hashes:
        made['properties'] = [{'name': 'pinned', 'value': value} for value in sorted(set(hashes))]
    return made


def bill(found: dict[str, Distribution], version: str) -> dict[str, Any]:
    """The bill of materials.

    Args:
        found: distributions by canonical name.
        version: of the package itself.
    """
    pinned: dict[tuple[str, str], list[str]] = {}
    for path in sorted(FOLDER.glob('*.txt')):
        for key, values in hashes_of(path.read_text()).items():
            pinned.setdefault(key, []).extend(values)
    refs = {name: f'pkg:pypi/{name}@{each.version}' for name, each in found.items()}
    needs = {
        name: sorted(
            {
                refs[needed]
                for text in each.requires or ()
                if 'extra ==' not in text and (match := NEEDED.match(text))
                if (needed := canonical(match[0])) in refs
            }
        )
        for name, each in found.items()
    }
    own = canonical(NAME)
    root = f'pkg:pypi/{own}@{version}'
    components = [
        component(name, each, pinned.get((name, each.version), []))
        for name, each in found.items()
        if name != own
    ]
    content: dict[str, Any] = {
        'bomFormat': 'CycloneDX',
        'specVersion': '1.5',
        'version': 1,
        'metadata': {
            'component': {
                'type': 'application', 'bom-ref': root, 'name': NAME, 'version': version,
                'licenses': [{'license': {'id': 'Apache-2.0'}}], 'purl': root,
            },
        },
        'components': components,
        'dependencies': [
            {'ref': root, 'dependsOn': [item['bom-ref'] for item in components]},
            *(
                {'ref': refs[name], 'dependsOn': needs[name]}
                for name in found
                if name != own
            ),
        ],
    }  # fmt: skip
    text = json.dumps(content, sort_keys=True)
    return {'serialNumber': f'urn:uuid:{uuid.uuid5(NAMESPACE, text)}', **content}


def own_version() -> str:
    """The version of the package, as package.xml gives it."""
    match = re.search(r'<version>([^<]+)</version>', (ROOT / 'package.xml').read_text())
    assert match is not None
    return match[1]


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('out', type=Path, nargs='?', default=ROOT / 'build' / 'sbom.json')
    arguments = parser.parse_args()
    made = bill(installed(), own_version())
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(made, indent=2) + '\n')
    print(f'{arguments.out}: {len(made["components"])} components')


if __name__ == '__main__':
    main()
