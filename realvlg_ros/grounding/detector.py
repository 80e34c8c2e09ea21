"""Zero-shot detectors of transformers (OWLv2, Grounding DINO) as a grounder."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..boundary import Boundary
from ..errors import GroundingError, ParameterError
from ..fields import is_number
from ..frame import RgbdFrame
from ..image_region import Box
from ..model_folder import read_settings
from ..model_loading import load_pretrained, load_tokenizer
from ..optional import import_optional
from ..quoting import quoted
from ..segmentation.segmenter import Segmenter
from ..settings import from_options, setting
from ..torch_device import choose_device, import_libraries, use_torch_threads
from .box_check import CheckedBoxes, check_boxes
from .grounding import Grounding, GroundingStatus
from .opinion.candidates import MAX_CANDIDATES, Named, candidates_of
from .realvlg.answer.decoder import check_aborted
from .realvlg.prompts import escape
from .realvlg.request import Asked
from .realvlg.task_settings import MaskSettings

MODEL_TYPES = ('owlv2', 'grounding-dino')
# Largest side of a picture that a model is fed, px. Chosen: three times the usual.
_MAX_SIDE = 4096


@dataclass(frozen=True)
class DetectorSettings(MaskSettings):
    """Which detector, and when its answer counts."""

    checkpoint: str = setting('', 'Folder of an OWLv2 or Grounding DINO model.')
    threshold: float = setting(
        0.25, 'A best score below this is NOT_FOUND.', unit='unitless', low=0.0, high=1.0
    )
    ambiguous_ratio: float = setting(
        0.9,
        'Another object with a score above this share of the best makes the answer AMBIGUOUS; '
        'above 1 never.',
        unit='unitless', low=0.01, high=10.0,
    )  # fmt: skip
    overlap: float = setting(
        0.5, 'Boxes with a larger IoU are one object.', unit='unitless', low=0.01, high=1.0
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.checkpoint:
            raise ParameterError(
                'the detector backend needs checkpoint, the folder of a downloaded model, in '
                'the file that backend_options names (config/backends/detector.yaml is an example)'
            )


@dataclass(frozen=True)
class _Detection:
    score: float
    box: Box


class DetectorGrounder:
    """Finds objects by their name; what else is said of them is checked by colour and place."""

    name = 'detector'

    def __init__(self, settings: DetectorSettings, segmenter: Segmenter | None = None) -> None:
        """Check the settings; nothing is loaded before `load`."""
        self._settings = settings
        self._segmenter = segmenter or settings.make_segmenter()
        self._model: Any = None
        self._images: Any = None
        self._words: Any = None
        self._type = ''

    def load(self) -> None:
        """Load the weights; safetensors only, no remote code.

        Raises:
            GroundingError: the folder cannot be used.
            MissingDependencyError: torch or transformers is not installed.
        """
        self._segmenter.load()
        path = Path(self._settings.checkpoint).expanduser()
        config = read_settings(path / 'config.json')
        self._type = config.get('model_type', '')
        if self._type not in MODEL_TYPES:
            known = ', '.join(MODEL_TYPES)
            raise GroundingError(f'{path}: model type {quoted(self._type)} is not one of {known}')
        _, library = import_libraries()
        use_torch_threads(self._settings.threads)
        device, _ = choose_device(self._settings.device, 'auto')
        owl = self._type == 'owlv2'
        model = library.Owlv2ForObjectDetection if owl else library.GroundingDinoForObjectDetection
        images = library.Owlv2ImageProcessorPil if owl else library.GroundingDinoImageProcessorPil
        self._model = load_pretrained(model, path, 'float32').to(device).eval()
        with Boundary(str(path), GroundingError).guard('could not be loaded'):
            self._images = images.from_pretrained(path, local_files_only=True)
            self._words = load_tokenizer(path)
            _check_sides(self._images, path)

    def close(self) -> None:
        """Free the weights."""
        self._model = self._images = self._words = None
        self._segmenter.close()

    def ground(self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool]) -> Grounding:
        """Find the object of the instruction.

        Args:
            frame: colour and depth.
            instruction: checked by the caller (check_instruction).
            aborted: called before and after the forward pass; True cancels.

        Raises:
            GroundingCanceled: aborted returned True.
            GroundingError: not loaded, or the model could not be run.
        """
        if self._model is None:
            raise GroundingError('the detector is not loaded; call load first')
        check_aborted(aborted)
        start = time.perf_counter()
        label = Asked.of(instruction).label
        with Boundary('the detector', GroundingError).guard('could not be run'):
            found = _suppress(self._detect(frame, label), self._settings.overlap)
        timings = {'detect': (time.perf_counter() - start) * 1e3}
        check_aborted(aborted)
        start = time.perf_counter()
        likely = [d for d in found if d.score >= self._settings.threshold]
        checked = check_boxes(
            frame, instruction, [d.box for d in likely], [d.score for d in likely]
        )
        timings['check'] = (time.perf_counter() - start) * 1e3
        return self._decide(frame, instruction, label, found, checked, timings)

    def _decide(
        self,
        frame: RgbdFrame,
        instruction: str,
        label: str,
        found: list[_Detection],
        checked: CheckedBoxes,
        timings: dict[str, float],
    ) -> Grounding:
        best, kept = found[0], [found[index] for index in checked.kept]
        status, question = GroundingStatus.OK, ''
        rivals = kept[:1]
        if best.score < self._settings.threshold:
            status, rivals = GroundingStatus.NOT_FOUND, found[:3]
            message = (
                f'nothing fits {label!r}: the best of {len(found)} regions scores '
                f'{best.score:.2f}, below {self._settings.threshold:.2f}'
            )
        elif not kept:
            status, rivals = GroundingStatus.NOT_FOUND, found[:3]
            message = f'nothing fits {label!r}: {checked.why}'
        else:
            best = kept[0]
            rivals = [d for d in kept if d.score >= self._settings.ambiguous_ratio * best.score]
            message = f'score {best.score:.2f}' + (f'; {checked.why}' if checked.why else '')
            if len(rivals) > 1 or not checked.sure:
                rivals = kept[:MAX_CANDIDATES] if not checked.sure else rivals
                status = GroundingStatus.AMBIGUOUS
                message = f'{len(rivals)} objects fit {label!r} about equally well'
                message += f'; {checked.why}' if checked.why else ''
                question = (
                    f'Which of the {len(rivals)}: say left, right, nearer or another colour?'
                )
        ok = status is GroundingStatus.OK
        candidates = candidates_of(frame, label, [Named(d.box, d.score) for d in rivals])
        mask = None
        if ok:
            start = time.perf_counter()
            segmentation = self._segmenter.segment(frame, best.box)
            mask, message = segmentation.mask, f'{message}; mask from {segmentation.source}'
            timings['mask'] = (time.perf_counter() - start) * 1e3
        camera = frame.camera
        return Grounding(
            status, instruction, message, frame.stamp_ns, camera.frame_id, camera.width,
            camera.height, label=label, score=best.score, box=best.box if ok else None, mask=mask,
            candidates=() if ok else candidates, question=question, backend=self.name,
            timings_ms=timings, noun_verified=ok, parse=checked.parse,
        )  # fmt: skip

    def _detect(self, frame: RgbdFrame, label: str) -> list[_Detection]:
        """All regions with their scores, best first."""
        import torch

        Image = import_optional(
            'PIL.Image', 'model backends need Pillow for their pictures', 'pip install pillow'
        )

        device = self._model.device
        image = Image.fromarray(np.ascontiguousarray(frame.color))
        pictures = self._images(images=[image], return_tensors='pt').to(device)
        owl = self._type == 'owlv2'
        # The prompts that the two were trained on: a caption, and a phrase that ends in a stop.
        words = f'a photo of a {escape(label)}' if owl else f'{escape(label).lower()}.'
        limit = {'max_length': 16, 'padding': 'max_length'} if owl else {'max_length': 128}
        tokens = self._words([words], truncation=True, return_tensors='pt', **limit).to(device)
        with torch.inference_mode():
            output = self._model(**pictures, **tokens)
        scores = output.logits[0].sigmoid().max(dim=-1).values.float().cpu().numpy()
        boxes = output.pred_boxes[0].float().cpu().numpy()
        height, width = frame.color.shape[:2]
        # OWLv2 pads the image to a square at its lower right; Grounding DINO does not.
        scale = (max(width, height),) * 2 if owl else (width, height)
        order = np.argsort(-scores, kind='stable')[:100]
        return [
            _Detection(float(scores[i]), _to_box(boxes[i], scale, width, height)) for i in order
        ]


def _check_sides(images: Any, path: Path) -> None:
    """Refuse an image processor that would make pictures of any size."""
    boundary = Boundary(f'{path}/preprocessor_config.json', GroundingError)
    for name in ('size', 'pad_size', 'crop_size'):
        for side, value in dict(getattr(images, name, None) or {}).items():
            if value is not None and not (is_number(value) and 1 <= value <= _MAX_SIDE):
                raise boundary.refusal(
                    f'{name}.{side} is {quoted(value)}; expected 1 to {_MAX_SIDE}'
                )


def make_grounder(**options: Any) -> DetectorGrounder:
    """A grounder from the fields of DetectorSettings as keywords."""
    return DetectorGrounder(from_options(DetectorSettings, options))


def _to_box(values: Any, scale: tuple[int, int], width: int, height: int) -> Box:
    """A normalised (centre, size) box in pixels, clamped to the image."""
    x, y, w, h = (float(v) for v in values)
    x_min = float(np.clip((x - w / 2) * scale[0], 0, width - 1))
    y_min = float(np.clip((y - h / 2) * scale[1], 0, height - 1))
    return Box(
        x_min, y_min,
        float(np.clip((x + w / 2) * scale[0], x_min + 1, width)),
        float(np.clip((y + h / 2) * scale[1], y_min + 1, height)),
    )  # fmt: skip


def _suppress(found: list[_Detection], overlap: float) -> list[_Detection]:
    """Keep the best of regions that overlap."""
    kept: list[_Detection] = []
    for detection in found:
        if all(detection.box.iou(other.box) < overlap for other in kept):
            kept.append(detection)
    return kept
