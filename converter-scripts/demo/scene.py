"""Pictures of parts on a conveyor belt, with the exact visible box of every part.

A picture depends only on (seed, index, size, profile). Its noise, blur and JPEG quality come from
the same random stream, so its truth can record them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from parts import LABELS, Array, Light, Rng, Sprite, draw_part

Image = npt.NDArray[np.uint8]

OVERLAPPED = 0.20
"""A part counts as overlapped when other parts hide at least this share of its silhouette."""

MOST_IOU = 0.30
"""Largest IoU of two parts' visible boxes; NMS at 0.45 then has room for loose boxes."""

FEWEST, MOST = 5, 40
"""Parts in a picture."""

_COVERING = 0.41  # share of the parts that should be overlapped


@dataclass(frozen=True)
class Profile:
    """How crowded pictures are.

    The number of parts is FEWEST plus a gamma variate with this mean. Other parts hide at most
    this share of a part's silhouette.
    """

    mean_extra: float
    most_hidden: float


LINE = Profile(2.2, 0.24)
"""What the camera over the line sees: 5 to 40 parts, about seven on average."""

CROWD = Profile(11.0, 0.28)
"""The same scenes with more parts, so that there is more to learn per pixel."""


@dataclass(frozen=True)
class Placed:
    """A part in the picture. Box is x0, y0, x1, y1 of its visible pixels, x1 and y1 exclusive.

    Corners are those of the smallest box along its own axes, hidden pixels included.
    """

    label: int
    box: tuple[int, int, int, int]
    area: int
    hidden: float
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Scene:
    """A finished picture (BGR), the same before sensor noise and JPEG, and what is on it.

    Owner is the number of the part that each pixel shows, -1 for the belt.
    """

    picture: Image
    clean: Image
    jpeg: bytes
    parts: tuple[Placed, ...]
    owner: npt.NDArray[np.int16]
    camera: dict[str, float]

    def noise_levels(self) -> float:
        """Standard deviation, in 8-bit levels, of the noise that sensor and JPEG added."""
        return float(np.std(self.picture.astype(np.float32) - self.clean.astype(np.float32)))


@dataclass
class _Lying:
    sprite: Sprite
    x: int
    y: int
    area: int
    visible: int
    box: tuple[int, int, int, int]


def iou(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> float:
    """Intersection over union of two boxes."""
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    both = w * h
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


class _Belt:
    """Lays parts down one by one and records which part each pixel shows."""

    def __init__(self, width: int, height: int, rail: int, most_hidden: float) -> None:
        self.width, self.height, self.rail = width, height, rail
        self.most_hidden = most_hidden
        self.owner = np.full((height, width), -1, np.int16)
        self.lying: list[_Lying] = []

    def _box_of(self, index: int) -> tuple[int, int, int, int]:
        part = self.lying[index]
        h, w = part.sprite.coverage.shape
        mine = self.owner[part.y : part.y + h, part.x : part.x + w] == index
        rows = np.flatnonzero(mine.any(axis=1))
        cols = np.flatnonzero(mine.any(axis=0))
        return (
            part.x + int(cols[0]),
            part.y + int(rows[0]),
            part.x + int(cols[-1]) + 1,
            part.y + int(rows[-1]) + 1,
        )

    def covered(self) -> int:
        return sum(1 for p in self.lying if p.visible <= (1 - OVERLAPPED) * p.area)

    def lay(self, sprite: Sprite, rng: Rng) -> bool:
        """Finds a place for the part; False if no try fits."""
        aim = self.covered() + 0.5 < _COVERING * len(self.lying)
        for attempt in range(60):
            wish = (
                self._beside(sprite, rng) if aim and attempt < 40 else self._anywhere(sprite, rng)
            )
            if wish is not None and self._try(sprite, *wish, must_cover=aim and attempt < 40):
                return True
        return False

    def _anywhere(self, sprite: Sprite, rng: Rng) -> tuple[int, int] | None:
        h, w = sprite.coverage.shape
        room_x, room_y = self.width - w - 4, self.height - 2 * self.rail - h - 4
        if room_x <= 0 or room_y <= 0:
            return None
        return 2 + int(rng.integers(room_x)), self.rail + 2 + int(rng.integers(room_y))

    def _beside(self, sprite: Sprite, rng: Rng) -> tuple[int, int] | None:
        whole = [p for p in self.lying if p.visible > 0.9 * p.area]
        if not whole:
            return None
        under = whole[int(rng.integers(len(whole)))]
        uh, uw = under.sprite.coverage.shape
        h, w = sprite.coverage.shape
        angle = rng.uniform(0, 2 * math.pi)
        away = rng.uniform(0.15, 0.5)
        x = int(under.x + uw / 2 + math.cos(angle) * away * (uw + w) - w / 2)
        y = int(under.y + uh / 2 + math.sin(angle) * away * (uh + h) - h / 2)
        inside = (
            2 <= x < self.width - w - 2 and self.rail + 2 <= y < self.height - self.rail - h - 2
        )
        return (x, y) if inside else None

    def _try(self, sprite: Sprite, x: int, y: int, must_cover: bool) -> bool:
        mask = sprite.mask
        h, w = mask.shape
        window = self.owner[y : y + h, x : x + w]
        under = window[mask]
        hits = np.bincount(under[under >= 0], minlength=len(self.lying))
        touched = [int(j) for j in np.flatnonzero(hits)]
        newly = 0
        for j in touched:
            p = self.lying[j]
            left = p.visible - int(hits[j])
            if left < (1 - self.most_hidden) * p.area:
                return False
            bar = (1 - OVERLAPPED) * p.area
            newly += int(left <= bar < p.visible)
        if must_cover and not newly:
            return False

        index = len(self.lying)
        area = int(mask.sum())
        before = window.copy()
        window[mask] = index
        self.lying.append(_Lying(sprite, x, y, area, area, (x, y, x + w, y + h)))
        boxes = {j: self._box_of(j) for j in [*touched, index]}
        current = [boxes.get(j, p.box) for j, p in enumerate(self.lying)]
        for j, box in boxes.items():
            if any(k != j and iou(box, other) > MOST_IOU for k, other in enumerate(current)):
                window[:] = before
                self.lying.pop()
                return False
        for j, box in boxes.items():
            self.lying[j].box = box
            if j != index:
                self.lying[j].visible -= int(hits[j])
        return True


def _slow_noise(shape: tuple[int, int], cells: int, rng: Rng) -> Array:
    """Smooth noise of unit size with about `cells` bumps across the picture."""
    coarse = rng.standard_normal((cells + 2, 2 * cells + 2), dtype=np.float32)
    return cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


_BELTS = (
    (0.11, 0.12, 0.13),
    (0.12, 0.30, 0.22),
    (0.16, 0.26, 0.42),
    (0.55, 0.56, 0.55),
    (0.42, 0.40, 0.36),
    (0.74, 0.74, 0.72),
    (0.34, 0.24, 0.18),
)


def _draw_belt(width: int, height: int, rail: int, unit: float, rng: Rng) -> Array:
    base = np.asarray(_BELTS[int(rng.integers(len(_BELTS)))], np.float32)
    base = base * rng.uniform(0.8, 1.2) * rng.uniform(0.95, 1.05, 3).astype(np.float32)
    shade = 1 + rng.uniform(0.02, 0.10) * _slow_noise((height, width), 4, rng)
    shade += rng.uniform(0.01, 0.06) * _slow_noise((height, width), 40, rng)
    shade += rng.uniform(0.005, 0.04) * rng.standard_normal((height, width), dtype=np.float32)

    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    weave = int(rng.integers(4))
    pitch = unit * rng.uniform(5, 16)
    depth = rng.uniform(0.02, 0.09)
    if weave == 1:  # fabric
        shade += depth * np.sin(x * (2 * math.pi / pitch)) * np.sin(y * (2 * math.pi / pitch))
    elif weave == 2:  # ribs across the belt
        shade += depth * np.sin((x + 0 * y) * (2 * math.pi / (pitch * 2)))
    elif weave == 3:  # modular plastic links
        step = pitch * 5
        gap = np.minimum(np.abs(x % step - step / 2), np.abs(y % step - step / 2))
        shade -= 3 * depth * np.exp(-((gap / (1.5 * unit)) ** 2))
    colour = base * shade[..., None]

    marks = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(0, 14))):  # scratches
        a = rng.uniform((0, 0), (width, height))
        b = a + rng.normal(0, 140 * unit, 2)
        level = float(rng.uniform(-0.12, 0.14))
        ends = [(int(p[0]), int(p[1])) for p in (a, b)]
        cv2.line(marks, ends[0], ends[1], level, int(rng.integers(1, 3)), cv2.LINE_AA)
    for _ in range(int(rng.integers(0, 40))):  # crumbs and chips, too small to be parts
        centre = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
        axes = (int(rng.uniform(1, 7) * unit), int(rng.uniform(1, 4) * unit))
        level = float(rng.uniform(-0.2, 0.3))
        cv2.ellipse(marks, centre, axes, float(rng.uniform(0, 180)), 0, 360, level, -1, cv2.LINE_AA)
    for _ in range(int(rng.integers(0, 4))):  # curls of swarf
        centre = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
        axes = (int(rng.uniform(6, 26) * unit), int(rng.uniform(4, 14) * unit))
        start = float(rng.uniform(0, 360))
        stop = start + float(rng.uniform(60, 250))
        cv2.ellipse(marks, centre, axes, start, 0, stop - start, 0.25, 1, cv2.LINE_AA)
    colour += marks[..., None]
    if rng.random() < 0.5:  # oil
        oil = np.clip(_slow_noise((height, width), 7, rng) - 1.1, 0, 0.5)
        colour *= (1 - 0.7 * oil)[..., None]

    if rail:
        metal = np.asarray((0.5, 0.51, 0.53), np.float32) * rng.uniform(0.5, 1.3)
        across = np.linspace(0.6, 1.1, rail, dtype=np.float32)[:, None, None]
        streak = 1 + 0.03 * rng.standard_normal((1, width, 1), dtype=np.float32)
        for edge, ramp in ((np.s_[:rail], across), (np.s_[height - rail :], across[::-1])):
            colour[edge] = metal * ramp * streak
        dark = int(4 * unit)
        colour[rail : rail + dark] *= 0.6
        colour[height - rail - dark : height - rail] *= 0.6
    return np.clip(colour, 0.02, 1).astype(np.float32)


def _cast_shadow(canvas: Array, part: _Lying, light: Light, softness: float, depth: float) -> None:
    """Darkens the surroundings: a soft shadow away from the lamp and a tight one at the contact."""
    reach = part.sprite.thickness * 0.9
    dx, dy = -light.x / light.z * reach, -light.y / light.z * reach
    blur = max(0.8, reach * softness)
    pad = math.ceil(max(abs(dx), abs(dy)) + 3 * blur) + 2
    cover = cv2.copyMakeBorder(part.sprite.coverage, pad, pad, pad, pad, cv2.BORDER_CONSTANT)
    size = (cover.shape[1], cover.shape[0])
    shift = np.asarray([[1, 0, dx], [0, 1, dy]], np.float32)
    cast = cv2.GaussianBlur(cv2.warpAffine(cover, shift, size), (0, 0), blur)
    contact = cv2.GaussianBlur(cover, (0, 0), max(0.8, reach * 0.12))
    dark = 1 - depth * cast
    dark *= 1 - 0.35 * contact

    x, y = part.x - pad, part.y - pad
    h, w = canvas.shape[:2]
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + size[0], w), min(y + size[1], h)
    canvas[y0:y1, x0:x1] *= dark[y0 - y : y1 - y, x0 - x : x1 - x, None]


def _expose(canvas: Array, unit: float, rng: Rng) -> tuple[Array, dict[str, float]]:
    """The lens and the exposure: vignette, white balance, gain, defocus, motion along the belt."""
    h, w = canvas.shape[:2]
    x = np.linspace(-1, 1, w, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, h, dtype=np.float32)[:, None]
    tilt = rng.uniform(-0.15, 0.15, 2)
    field = 1 + tilt[0] * x + tilt[1] * y - rng.uniform(0, 0.22) * (x * x + y * y) / 2
    balance = (rng.uniform(0.85, 1.15) * rng.uniform(0.92, 1.08, 3)).astype(np.float32)
    canvas = canvas * field.astype(np.float32)[..., None]
    canvas *= balance
    defocus = float(rng.uniform(0.3, 1.3) * unit)
    canvas = cv2.GaussianBlur(canvas, (0, 0), defocus)
    motion = int(rng.integers(0, 6) * unit)
    if motion > 1:
        canvas = cv2.blur(canvas, (motion, 1))
    return canvas, {"defocus_px": round(defocus, 3), "motion_px": motion}


def _photograph(canvas: Array, rng: Rng) -> tuple[Image, Image, bytes, dict[str, float]]:
    """The sensor (shot noise grows with the signal, read noise does not) and the JPEG encoder."""
    shot = float(rng.uniform(0.0003, 0.0022))
    read = float(rng.uniform(0.004, 0.014))
    quality = int(rng.integers(72, 95))
    signal = np.clip(canvas[..., ::-1], 0, 1)  # OpenCV keeps blue first
    noise = rng.standard_normal(signal.shape, dtype=np.float32)
    noise *= cv2.sqrt(signal * shot + read * read)
    clean = (signal * 255 + 0.5).astype(np.uint8)
    noise += signal
    noise *= 255
    noise += 0.5
    raw = np.clip(noise, 0, 255, out=noise).astype(np.uint8)
    ok, jpeg = cv2.imencode(".jpg", raw, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise RuntimeError("OpenCV could not encode a JPEG; expected a build with JPEG support")
    picture = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
    facts = {"shot": round(shot, 6), "read": round(read, 6), "jpeg_quality": quality}
    return picture, clean, jpeg.tobytes(), facts


def render(
    seed: int, index: int, width: int = 1280, height: int = 720, profile: Profile = LINE
) -> Scene:
    """Renders picture number `index` of the series `seed`."""
    rng = np.random.default_rng([seed, index])
    unit = width / 1280
    count = int(np.clip(FEWEST + round(rng.gamma(1.0, profile.mean_extra)), FEWEST, MOST))
    zoom = unit * rng.uniform(1.05, 1.35) * min(1.0, (20 / count) ** 0.3)
    azimuth, slope = rng.uniform(0, 2 * math.pi), rng.uniform(0.25, 0.8)
    z = 1 / math.sqrt(1 + slope * slope)
    light = Light(
        slope * z * math.cos(azimuth), slope * z * math.sin(azimuth), z, rng.uniform(0.35, 0.6)
    )
    rail = int(rng.uniform(0.02, 0.06) * height) if rng.random() < 0.5 else 0

    canvas = _draw_belt(width, height, rail, unit, rng)
    belt = _Belt(width, height, rail, profile.most_hidden)
    missed = 0
    while len(belt.lying) < count and missed < 20:
        sprite = draw_part(int(rng.integers(len(LABELS))), zoom, light, rng)
        missed += not belt.lay(sprite, rng)

    softness, depth = rng.uniform(0.2, 0.6), rng.uniform(0.25, 0.6)
    for part in belt.lying:
        _cast_shadow(canvas, part, light, softness, depth)
        h, w = part.sprite.coverage.shape
        window = canvas[part.y : part.y + h, part.x : part.x + w]
        window += part.sprite.coverage[..., None] * (part.sprite.colour - window)

    canvas, lens = _expose(canvas, unit, rng)
    picture, clean, jpeg, sensor = _photograph(canvas, rng)
    parts = tuple(
        Placed(
            p.sprite.label,
            p.box,
            p.visible,
            round(1 - p.visible / p.area, 4),
            tuple((round(p.x + x, 2), round(p.y + y, 2)) for x, y in p.sprite.corners.tolist()),
        )
        for p in belt.lying
    )
    return Scene(picture, clean, jpeg, parts, belt.owner, lens | sensor)


KEY_POINTS = ("centre", "top", "right", "bottom", "left")
"""A part's key points: the middles of its box along its own axes, and of the box's four sides."""


def runs(mask: npt.NDArray[np.bool_]) -> list[int]:
    """COCO's uncompressed runs: down the columns, pixels outside, inside, outside and so on."""
    flat = mask.T.ravel()
    turns = (np.flatnonzero(np.diff(flat)) + 1).tolist()
    first = [0] if flat[0] else []
    return np.diff([0, *first, *turns, flat.size]).tolist()


def shape_of(scene: Scene, index: int) -> dict[str, Any]:
    """What COCO's annotations have of a part beside its box, and its rotated box.

    A key point that another part covers, or that falls beside the part, counts as hidden.
    """
    h, w = scene.owner.shape
    corners = np.asarray(scene.parts[index].corners)
    middles = (corners + np.roll(corners, -1, 0)) / 2
    points: list[float] = []
    for x, y in [corners.mean(0), *middles]:
        col, row = int(np.clip(x, 0, w - 1)), int(np.clip(y, 0, h - 1))
        points += [round(float(x), 2), round(float(y), 2), 1 + int(scene.owner[row, col] == index)]
    return {
        "segmentation": {"size": [h, w], "counts": runs(scene.owner == index)},
        "keypoints": points,
        "num_keypoints": len(KEY_POINTS),
        "corners": corners.ravel().tolist(),
    }


def as_coco(
    scenes: list[tuple[str, Scene]], info: dict[str, Any], shapes: bool = False
) -> dict[str, Any]:
    """The truth of some pictures in COCO's format; `hidden`, `camera`, `corners` are our additions.

    With shapes, each part has its mask, its key points and its rotated box.
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id, (name, scene) in enumerate(scenes, 1):
        h, w = scene.picture.shape[:2]
        images.append(
            {"id": image_id, "file_name": name, "width": w, "height": h, "camera": scene.camera}
        )
        for index, part in enumerate(scene.parts):
            x0, y0, x1, y1 = part.box
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image_id,
                    "category_id": part.label,
                    "bbox": [x0, y0, x1 - x0, y1 - y0],
                    "area": part.area,
                    "iscrowd": 0,
                    "hidden": part.hidden,
                }
                | (shape_of(scene, index) if shapes else {})
            )
    points = {"keypoints": list(KEY_POINTS)} if shapes else {}
    return {
        "info": info,
        "categories": [{"id": i, "name": name} | points for i, name in enumerate(LABELS)],
        "images": images,
        "annotations": annotations,
    }
