"""How a setting is declared: once, as a field of a frozen dataclass.

A dataclass that derives from `Settings` and makes its fields with `setting` has checked values,
is the options of a backend (`from_options`), becomes the parameters of a node and a table of
docs/parameters.md. A field that is itself such a dataclass is a block: its settings are named
after it (`planner.max_grasps`).

Units: metres, radians, seconds and what is derived from them (m/s, Hz) stand without a suffix.
Any other unit is the suffix of the name: _mm, _deg, _dps (degrees per second), _px, _mb, _ms.
Counts and ratios have no unit, hence no suffix.
"""

from .declaration import Setting, Settings, Value, setting, settings_of
from .options import construct, current_names, did_you_mean, flatten, from_options

__all__ = [
    'Setting',
    'Settings',
    'Value',
    'construct',
    'current_names',
    'did_you_mean',
    'flatten',
    'from_options',
    'setting',
    'settings_of',
]
