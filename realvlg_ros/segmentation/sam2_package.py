"""SAM 2 by Meta's sam2 package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import Float32Array
from ..boundary import Boundary
from ..errors import GroundingError
from ..frame import RgbdFrame
from ..image_region import Box
from ..model_folder import ModelFolder
from ..model_loading import check_finite
from ..optional import import_optional
from ..torch_device import choose_device, use_torch_threads
from .sam2_transformers import from_logits, mask_of
from .segmenter import Segmentation


class Sam2Segmenter:
    """A folder with one model.safetensors and one Hydra config (*.yaml) of the sam2 package."""

    name = 'sam2'

    def __init__(self, checkpoint: str, device: str = 'auto', threads: int = 0) -> None:
        """Take the settings; `load` reads the weights.

        Args:
            checkpoint: path of the weights.
            device: 'auto', 'cpu' or 'cuda'.
            threads: of torch on a CPU; 0 takes every core.
        """
        self._path = Path(checkpoint).expanduser()
        self._device = device
        self._threads = threads
        self._predictor: Any = None

    def load(self) -> None:
        """Build the model of the config's name and load the weights; safetensors only.

        Raises:
            GroundingError: the folder lacks a file, or the weights do not fit the config.
            MissingDependencyError: the package is not installed.
        """
        config_errors, weight_files, builders, predictors = (
            import_optional(
                name,
                'the segmenter sam2 cannot be used',
                'pip install sam2, or set segmenter to transformers or depth',
            )
            for name in (
                'hydra.errors',
                'safetensors.torch',
                'sam2.build_sam',
                'sam2.sam2_image_predictor',
            )
        )
        weights, configs = self._path / 'model.safetensors', sorted(self._path.glob('*.yaml'))
        if not weights.is_file() or len(configs) != 1:
            raise GroundingError(
                f'{self._path} needs model.safetensors and one *.yaml named like the config of '
                'the sam2 package; .pt files are pickles and are not loaded'
            )
        use_torch_threads(self._threads)
        device, _ = choose_device(self._device, 'auto')
        name = configs[0].name
        ModelFolder.open(self._path)
        boundary = Boundary(str(weights), GroundingError)
        try:
            model = builders.build_sam2(f'configs/sam2.1/{name}', ckpt_path=None, device=device)
            with boundary.guard(f'does not fit {name}'):
                tensors = weight_files.load_file(str(weights))
                model.load_state_dict(tensors)
            check_finite(tensors.items(), boundary)
        except config_errors.MissingConfigException as error:
            raise GroundingError(
                f'the sam2 package has no config {name}; name {configs[0]} like one of its '
                'configs/sam2.1, such as sam2.1_hiera_l.yaml'
            ) from error
        self._predictor = predictors.SAM2ImagePredictor(model)

    def close(self) -> None:
        """Free the weights."""
        self._predictor = None

    def segment(self, frame: RgbdFrame, box: Box) -> Segmentation:
        """The single mask that SAM 2 gives for the box.

        Raises:
            GroundingError: not loaded.
        """
        logits, score = self._ask(frame, box=np.array(box.as_tuple()))
        return from_logits(logits, frame, box, score)

    def segment_point(self, frame: RgbdFrame, point: tuple[float, float]) -> Segmentation | None:
        """The single mask that SAM 2 gives for a point (x, y), px; None where it finds none.

        Raises:
            GroundingError: not loaded.
        """
        prompt = {'point_coords': np.array([point]), 'point_labels': np.array([1])}
        return mask_of(*self._ask(frame, **prompt), frame)

    def _ask(self, frame: RgbdFrame, **prompt: Any) -> tuple[Float32Array, float]:
        """Logits (rows, columns) and the model's estimate of IoU for a box or a point."""
        if self._predictor is None:
            raise GroundingError('the SAM 2 segmenter is not loaded; call load first')
        self._predictor.set_image(frame.color)
        masks, scores, _ = self._predictor.predict(multimask_output=False, **prompt)
        logits = np.where(np.asarray(masks[0]) > 0, 1, -1).astype(np.float32)
        return logits, float(np.clip(scores[0], 0, 1))
