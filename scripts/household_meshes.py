"""Make a folder of household meshes from Debian's package sweethome3d-furniture.

    apt-get download sweethome3d-furniture && dpkg -x sweethome3d-furniture_*.deb PACKAGE
    python scripts/household_meshes.py PACKAGE/usr/share/sweethome3d/furniture --output FOLDER

The furniture libraries hold OBJ files and a catalogue with the size of each (CC0, CC-BY and other
free licences: PACKAGE/usr/share/doc/sweethome3d-furniture/copyright). What a hand could hold is
written as PLY, with objects.yaml, which says the size, the up axis and what a person calls it.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from realvlg_ros.arrays import FloatArray
from realvlg_ros.errors import RealvlgError, WorldError
from realvlg_ros.simulation.mesh_primitives import load_trimesh

# Sizes that a hand of 80 mm could hold on a table, m: the longest side at most, the thinnest side
# at least, and one of width, depth and height at most so wide.
_LONGEST, _THINNEST, _GRASPABLE = 0.30, 0.008, 0.072
# What hangs on walls or is several things at once, by words of its name.
_NOT_ON_A_TABLE = re.compile(
    r'plug|switch|socket|detector|cctv|bell|faucet|lamp|light$|spotlight|sign|dispenser|unit|'
    r'glasses|keys|slippers|shoes|watch|plate, glass|servers|ring|gant|glove|radio|headphones',
    re.IGNORECASE,
)
_LIBRARIES = ('BlendSwap-CC-0', 'BlendSwap-CC-BY', 'KatorLegaz', 'Scopia')


@dataclass(frozen=True)
class Entry:
    """One piece of a catalogue.

    Attributes:
        name: as the catalogue calls it.
        size: width, depth and height, m.
        model: path of its OBJ in the library.
        rotation: nine numbers that turn the model, or empty.
    """

    name: str
    size: tuple[float, float, float]
    model: str
    rotation: tuple[float, ...]

    @property
    def fits(self) -> bool:
        """Whether a hand could hold it as it stands on a table."""
        return (
            max(self.size) <= _LONGEST
            and min(self.size) >= _THINNEST
            and min(self.size) <= _GRASPABLE
            and not _NOT_ON_A_TABLE.search(self.name)
        )


def read_catalogue(library: zipfile.ZipFile) -> list[Entry]:
    """The pieces of a furniture library.

    Args:
        library: open.
    """
    text = library.read('PluginFurnitureCatalog.properties').decode('latin-1')
    values = dict(re.findall(r'^(\w+#\d+)\s*=\s*(.*?)\s*$', text, re.MULTILINE))
    entries = []
    for key, name in values.items():
        if not key.startswith('name#'):
            continue
        number = key.partition('#')[2]
        sides = [float(values[f'{k}#{number}']) / 100 for k in ('width', 'depth', 'height')]
        rotation = tuple(float(v) for v in values.get(f'modelRotation#{number}', '').split())
        model = values[f'model#{number}'].lstrip('/')
        entries.append(Entry(name, (sides[0], sides[1], sides[2]), model, rotation))
    return entries


def read_model(library: zipfile.ZipFile, entry: Entry) -> Any:
    """The mesh of a piece, turned as the catalogue says; y is up.

    Args:
        library: open.
        entry: of its catalogue.

    Raises:
        WorldError: it holds no triangles.
    """
    trimesh = load_trimesh()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(library.extract(entry.model, folder))
        mesh = trimesh.load(str(path), force='mesh', skip_materials=True, process=False)
    if len(getattr(mesh, 'faces', ())) == 0:
        raise WorldError(f'{entry.model} holds no triangles')
    mesh = trimesh.Trimesh(mesh.vertices, mesh.faces, process=True)
    mesh.apply_transform(_rotation(entry, mesh))
    return mesh


def _rotation(entry: Entry, mesh: Any) -> FloatArray:
    """The catalogue's rotation (4x4): of it and its inverse the one that fits the size."""
    best = np.eye(4)
    if len(entry.rotation) != 9:
        return best
    matrix = np.array(entry.rotation).reshape(3, 3)
    width, depth, height = entry.size
    wanted = np.array([width, height, depth]) / max(entry.size)

    def misfit(rotation: FloatArray) -> float:
        extents = np.ptp(np.asarray(mesh.vertices) @ rotation.T, axis=0)
        return float(np.abs(extents / extents.max() - wanted).sum())

    best[:3, :3] = min((matrix, matrix.T), key=misfit)
    return best


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or '').partition('\n')[0])
    parser.add_argument('furniture', type=Path, help='folder of the .sh3f libraries')
    parser.add_argument('--output', type=Path, required=True, help='folder to write')
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    objects: dict[str, dict[str, Any]] = {}
    for name in _LIBRARIES:
        with zipfile.ZipFile(arguments.furniture / f'{name}.sh3f') as library:
            for entry in filter(lambda e: e.fits, read_catalogue(library)):
                stem = re.sub(r'\W+', '_', Path(entry.model).stem.lower()).strip('_')
                try:
                    mesh = read_model(library, entry)
                except (RealvlgError, ValueError, KeyError) as error:
                    print(f'left out {entry.name} ({entry.model}): {error}')
                    continue
                mesh.export(arguments.output / f'{stem}.ply')
                label = re.sub(r'\W+', ' ', entry.name.lower().replace("'s", '')).strip()
                objects[stem] = {
                    'file': f'{stem}.ply', 'label': label, 'size': list(entry.size),
                }  # fmt: skip
    listing = yaml.safe_dump({'up_axis': 'y', 'objects': objects}, sort_keys=True)
    (arguments.output / 'objects.yaml').write_text(listing)
    print(f'wrote {len(objects)} meshes to {arguments.output}')


if __name__ == '__main__':
    main()
