"""Declaration of settings: each once, as a field of a frozen dataclass.

A dataclass derives from `Settings` and makes its fields with `setting`. Its values are checked;
the same class gives the options of a backend (`from_options`), the parameters of a node and a
table of docs/parameters.md. A field that is itself such a dataclass is a block: the names of its
settings begin with the field's name (`planner.max_grasps`).

Units: a name in metres, radians, seconds or units derived from them (m/s, Hz) has no suffix. Any
other unit is the suffix of the name: _mm, _deg, _dps (degrees per second), _px, _mb, _ms. Counts
and ratios have no unit, hence no suffix.
"""

from .declaration import Setting, Settings, Value, dynamic_setting, setting, settings_of
from .options import construct, current_names, did_you_mean, flatten, from_options

__all__ = [
    'Setting',
    'Settings',
    'Value',
    'construct',
    'current_names',
    'did_you_mean',
    'dynamic_setting',
    'flatten',
    'from_options',
    'setting',
    'settings_of',
]
