"""Settings of every kind."""

from dataclasses import dataclass, field

from realvlg_ros.settings import Settings, setting


@dataclass(frozen=True)
class Noise(Settings):
    floor: float = setting(0.001, 'At 0 m.', unit='m', low=0.0, high=0.1)


@dataclass(frozen=True)
class Sensor(Settings):
    rate: float = setting(30.0, 'Frames.', unit='Hz', low=0.1, high=240.0, former=('rate_hz',))
    count: int = setting(5, 'Images.', unit='images', low=1, high=100, former=('old.count',))
    share: float = setting(0.5, 'Share.', unit='unitless', low=0.0, high=1.0)
    clock: bool = setting(False, 'Publish it.')
    name: str = setting('', 'Of the camera.')
    form: str = setting('raw', 'Of the images.', choices=('', 'raw', 'small'))
    corner: tuple[float, float] = setting((0.0, 1.0), 'Of a box.', unit='m', low=-2.0, high=2.0)
    pose: tuple[float, ...] = setting(
        (0.0,) * 3, 'Pose.', unit='m', low=-1.0, high=1.0, sizes=(2, 3)
    )
    noise: Noise = field(default_factory=Noise)
