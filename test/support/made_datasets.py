"""Small data sets of each layout, drawn: a red and a blue block on a grey table."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from realvlg_ros.camera import Camera
from realvlg_ros.evaluation.formats import (
    GraspNetLabel,
    write_cornell,
    write_graspnet,
    write_jacquard,
)
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.frame_folder import write_frame
from realvlg_ros.image_region import Box
from realvlg_ros.rectangle import GraspRectangle

WIDTH, HEIGHT = 160, 120
RED, BLUE = Box(30, 40, 60, 80), Box(90, 30, 130, 70)
CAMERA = Camera(WIDTH, HEIGHT, 150, 150, 79.5, 59.5)
RECTANGLES = (GraspRectangle(45, 60, 0.0, 34, 12), GraspRectangle(45, 50, 0.3, 36, 12))


def picture(shift: int = 0) -> np.ndarray:
    """(HEIGHT, WIDTH, 3) uint8 RGB."""
    rng = np.random.default_rng(7)
    image = rng.integers(120, 136, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    for box, tint in ((RED, (200, 30, 30)), (BLUE, (30, 40, 200))):
        rows, columns = box.slices()
        image[rows, columns] = np.add(tint, shift).clip(0, 255)
    return image


def numbers() -> np.ndarray:
    """(HEIGHT, WIDTH) uint8, 1 on the red block and 2 on the blue one."""
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    for number, box in ((1, RED), (2, BLUE)):
        labels[box.slices()] = number
    return labels


def depth() -> np.ndarray:
    """(HEIGHT, WIDTH) uint16, mm."""
    millimetres = np.full((HEIGHT, WIDTH), 800, np.uint16)
    millimetres[numbers() > 0] = 760
    millimetres += np.random.default_rng(3).integers(0, 3, millimetres.shape).astype(np.uint16)
    return millimetres


def write_image(path: Path, image: np.ndarray) -> None:
    """Write a png, RGB or of one channel."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image[..., ::-1] if image.ndim == 3 else image)


def make_frames(root: Path, count: int = 2) -> Path:
    """Frame folders: two things, one that is not there, and one phrase that fits both."""
    for k in range(count):
        folder = root / f'{k:03}'
        write_frame(folder, RgbdFrame.from_arrays(picture(k), depth(), CAMERA))
        write_image(folder / 'red.png', (numbers() == 1).astype(np.uint8) * 255)
        corners = [r.corners().ravel().tolist() for r in RECTANGLES]
        pairs = [r.to_contacts().points.ravel().tolist() for r in RECTANGLES]
        objects = [
            {'name': 'red block', 'phrase': 'the red block', 'box_xyxy': RED.as_tuple(),
             'decided_by': 'attributes', 'mask': 'red.png', 'grasps': corners,
             'contact_points': pairs, 'split': 'seen'},
            {'name': 'blue block', 'phrase': 'the block on the right',
             'box_xyxy_approx': BLUE.as_tuple(), 'split': 'novel'},
            *({'name': name, 'phrase': 'the block', 'box_xyxy': box.as_tuple(),
               'decided_by': 'ambiguous'} for name, box in (('a', RED), ('b', BLUE))),
        ]  # fmt: skip
        seen = {'objects': objects, 'absent': ['the green mug']}
        (folder / 'objects_seen.json').write_text(json.dumps(seen))
    return root


def realvlg_item(image: str, number: int, **change: object) -> dict[str, object]:
    """An object of a metadata file."""
    box = (RED, BLUE)[number - 1]
    grasps = RECTANGLES if number == 1 else (GraspRectangle(110, 50, 0.0, 44, 12),)
    return {
        'image_name': Path(image).name, 'image_path': image, 'object_id': number,
        'mask_path': f'masks/{Path(image).stem}_{number}.png',
        'description': f'the {("red", "blue")[number - 1]} block', 'label': 'block',
        'bbox': list(box.as_tuple()),
        'grasps': [r.corners().ravel().tolist() for r in grasps],
        'contact_points': [r.to_contacts().points.ravel().tolist() for r in grasps],
        **change,
    }  # fmt: skip


def make_realvlg(root: Path, scenes: tuple[int, ...] = (100, 130, 160), images: int = 1) -> Path:
    """A subset with metadata/kinect/scene_XXXX/YYYY.json."""
    for scene in scenes:
        for k in range(images):
            image = f'scenes/scene_{scene:04}/kinect/rgb/{k:04}.png'
            write_image(root / image, picture(k))
            for number in (1, 2):
                mask = (numbers() == number).astype(np.uint8) * 255
                write_image(root / f'masks/{k:04}_{number}.png', mask)
            file = root / f'metadata/kinect/scene_{scene:04}/{k:04}.json'
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps([realvlg_item(image, n) for n in (1, 2)]))
    return root


def make_cornell(root: Path) -> Path:
    """01/pcd0100cpos.txt and so on."""
    write_image(root / '01' / 'pcd0100r.png', picture())
    write_cornell(root / '01' / 'pcd0100cpos.txt', RECTANGLES)
    return root


def make_jacquard(root: Path) -> Path:
    """ID/0_ID_grasps.txt and so on."""
    write_image(root / 'abc' / '0_abc_RGB.png', picture())
    write_image(root / 'abc' / '0_abc_mask.png', (numbers() == 1).astype(np.uint8) * 255)
    write_jacquard(root / 'abc' / '0_abc_grasps.txt', RECTANGLES)
    return root


def make_ocid_vlg(root: Path) -> Path:
    """refer/unique/test_expressions.json with two expressions about one image."""
    folder = root / 'ARID20/seq1'
    write_image(folder / 'rgb' / 'im.png', picture())
    write_image(folder / 'depth' / 'im.png', depth())
    write_image(folder / 'seg_mask_instances_combi' / 'im.png', numbers())
    x, y, width, height = RED.x_min, RED.y_min, RED.width, RED.height
    # Their corners: p1 p4 is the opening, p1 p2 the jaw.
    grasps = [r.corners()[[0, 3, 2, 1]].tolist() for r in RECTANGLES]
    common = {'image_filename': 'ARID20/seq1,im.png', 'program': [], 'grasps': grasps}
    items = [
        {**common, 'question_index': 0, 'question': 'The red block', 'target': 'block_1',
         'answer': 1, 'box': [x, y, width, height]},
        {**common, 'question_index': 1, 'question': 'The blue block', 'target': 'block_2',
         'answer': 2, 'box': [BLUE.x_min, BLUE.y_min, BLUE.width, BLUE.height]},
    ]  # fmt: skip
    file = root / 'refer' / 'unique' / 'test_expressions.json'
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({'data': items}))
    return root


def make_graspnet(root: Path) -> Path:
    """scenes/scene_0160/kinect/rect/0000.npy and so on."""
    folder = root / 'scenes/scene_0160/kinect'
    for name, image in (('rgb', picture()), ('depth', depth()), ('label', numbers())):
        write_image(folder / name / '0000.png', image)
    np.save(folder / 'camK.npy', CAMERA.matrix)
    (folder / 'rect').mkdir()
    write_graspnet(folder / 'rect/0000.npy', [GraspNetLabel(r, 1) for r in RECTANGLES])
    return root


MAKERS = {
    'frame folders': make_frames,
    'RealVLG metadata': make_realvlg,
    'Cornell': make_cornell,
    'Jacquard': make_jacquard,
    'OCID-VLG': make_ocid_vlg,
    'GraspNet': make_graspnet,
}
