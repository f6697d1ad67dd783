"""Shapes and surfaces of the parts, drawn from signed distance functions.

A shape is a function of local coordinates (u, v), in pixels from the part's centre. It returns the
signed distance to its outline (negative inside) and a height field. Coverage, bevels, normals and
shading all follow from these two, so no outline is rasterised twice and masks are exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Rng = np.random.Generator

LABELS = ("bolt", "nut", "washer", "gear", "bracket", "bearing")
"""Class names; the index is the class number of the detector."""

# Mean colours (RGB, 0..1) of the finishes.
STEEL = (0.62, 0.63, 0.65)
ZINC = (0.70, 0.70, 0.66)
PASSIVATED = (0.66, 0.58, 0.36)
BRASS = (0.72, 0.58, 0.30)
BLACK_OXIDE = (0.27, 0.27, 0.29)
COPPER = (0.68, 0.42, 0.30)
WHITE_NYLON = (0.82, 0.81, 0.76)
RED_PAINT = (0.62, 0.16, 0.14)
BLUE_PAINT = (0.18, 0.30, 0.55)
YELLOW_PAINT = (0.78, 0.62, 0.14)


@dataclass(frozen=True)
class Light:
    """Direction to the lamp (unit vector, image axes, z to the camera) and the ambient share."""

    x: float
    y: float
    z: float
    ambient: float


@dataclass(frozen=True)
class Sprite:
    """One shaded part: colour (h, w, 3), coverage (h, w) in 0..1, and its thickness in pixels.

    Corners are x, y of the smallest box along the part's own axes, in turn around it.
    """

    label: int
    colour: Array
    coverage: Array
    thickness: float
    corners: npt.NDArray[np.float64]

    @property
    def mask(self) -> npt.NDArray[np.bool_]:
        """The part's pixels: those that it covers by at least half."""
        return self.coverage >= 0.5


@dataclass(frozen=True)
class Surface:
    """A shape's input to the shader. Tint multiplies the finish's colour."""

    distance: Array
    height: Array
    tint: Array | float
    thickness: float


def _box(u: Array, v: Array, half_w: float, half_h: float, radius: float) -> Array:
    qx = np.abs(u) - (half_w - radius)
    qy = np.abs(v) - (half_h - radius)
    outside = np.hypot(np.maximum(qx, 0), np.maximum(qy, 0))
    return outside + np.minimum(np.maximum(qx, qy), 0) - radius


def _hexagon(u: Array, v: Array, apothem: float) -> Array:
    # The largest of three slab distances: exact along the flats, sharp at the corners.
    slabs = [np.abs(u * math.cos(a) + v * math.sin(a)) for a in (0.0, math.pi / 3, 2 * math.pi / 3)]
    return np.maximum(np.maximum(slabs[0], slabs[1]), slabs[2]) - apothem


def _bevel(distance: Array, width: float, height: float) -> Array:
    t = np.clip(-distance / width, 0, 1)
    return height * t * (2 - t)


def _bolt(u: Array, v: Array, size: float, rng: Rng) -> Surface:
    """On its side: a hexagon head seen face on, a shank, and a thread on part of it."""
    half = size / 2
    head_len = size * rng.uniform(0.17, 0.23)
    shank = size * rng.uniform(0.085, 0.11)
    head = shank * rng.uniform(1.75, 2.0)
    pitch = max(4.0, shank * rng.uniform(0.42, 0.55))
    thread_from = -half + head_len + (size - head_len) * rng.uniform(0.0, 0.35)

    d_head = _box(u + half - head_len / 2, v, head_len / 2, head, head_len * 0.12)
    d_shank = _box(u - head_len / 2, v, half - head_len / 2, shank, shank * 0.35)
    threaded = u > thread_from
    ridge = np.sin((u + 0.35 * v) * (2 * math.pi / pitch))
    d_shank = d_shank + np.where(threaded, 0.35 + 0.35 * ridge, 0)
    round_shank = np.sqrt(np.maximum(shank**2 - v**2, 0))
    h_shank = round_shank + np.where(threaded, 0.9 * ridge, 0)
    # Three faces of the hexagon head: the middle one flat, the others falling away.
    h_head = shank * 1.2 - np.maximum(np.abs(v) - head * 0.5, 0) * 0.9
    h_head = np.minimum(h_head, 0.5 * shank + _bevel(d_head, head_len * 0.3, shank * 0.7))
    in_head = d_head < 0
    tint = np.where(threaded & ~in_head, 0.86 + 0.14 * ridge, 1.0).astype(np.float32)
    return Surface(np.minimum(d_head, d_shank), np.where(in_head, h_head, h_shank), tint, 2 * shank)


def _nut(u: Array, v: Array, size: float, rng: Rng) -> Surface:
    """A hexagon with chamfered corners and a threaded hole."""
    apothem = size / 2 * 0.93
    r = np.hypot(u, v)
    hole = apothem * rng.uniform(0.46, 0.54)
    d = np.maximum(np.maximum(_hexagon(u, v, apothem), hole - r), r - size / 2 * 1.03)
    height = _bevel(d, 2.5, 2.0) - np.maximum(r - apothem * 0.93, 0) * 0.6
    wall = hole * 1.16
    height = height - np.maximum(wall - r, 0) * 0.8
    tint = np.where(r < wall, 0.62 + 0.2 * np.sin(r * 2.4), 1.0).astype(np.float32)
    return Surface(d, height, tint, size * 0.22)


def _washer(u: Array, v: Array, size: float, rng: Rng) -> Surface:
    """A flat ring, sometimes with a split (a spring washer)."""
    outer = size / 2
    inner = outer * rng.uniform(0.58, 0.70)
    r = np.hypot(u, v)
    d = np.maximum(r - outer, inner - r)
    if rng.random() < 0.25:
        slit = np.maximum(np.abs(v + 0.35 * (u - inner)) - size * 0.012, -u)
        d = np.maximum(d, -slit)
    grooves = 0.97 + 0.03 * np.sin(r * rng.uniform(1.0, 1.8))
    return Surface(d, _bevel(d, 2.2, 1.6), grooves.astype(np.float32), size * 0.05)


def _gear(u: Array, v: Array, size: float, rng: Rng) -> Surface:
    """A spur gear: teeth, a rim, a recessed web (sometimes with holes), a hub with a bore."""
    teeth = int(rng.integers(13, 25))
    outer = size / 2
    depth = size * rng.uniform(0.055, 0.075)
    r = np.hypot(u, v)
    phi = np.arctan2(v, u)
    wave = np.clip(np.sin(phi * teeth) * 1.9, -1, 1)
    d = (r - (outer - depth / 2 + depth / 2 * wave)) * 0.8
    bore = outer * rng.uniform(0.14, 0.24)
    hub = bore + outer * rng.uniform(0.12, 0.18)
    rim = outer - depth - outer * rng.uniform(0.10, 0.18)
    d = np.maximum(d, bore - r)
    if rng.random() < 0.5:  # keyway
        d = np.maximum(d, -_box(u - bore, v, bore * 0.35, bore * 0.22, 0.5))
    web = np.maximum(r - rim, hub - r)
    tint = np.where(web < 0, 0.82, 1.0)
    height = _bevel(d, 3.0, 2.5) - _bevel(web, 3.0, 3.0 if rng.random() < 0.75 else 0.5)
    holes = int(rng.choice([0, 0, 4, 5, 6]))
    if holes and rim - hub > size * 0.12:
        step = 2 * math.pi / holes
        turn = (phi + step / 2) % step - step / 2
        middle = (rim + hub) / 2
        d_hole = np.hypot(r * np.cos(turn) - middle, r * np.sin(turn)) - (rim - hub) * 0.32
        d = np.maximum(d, -d_hole)
    return Surface(d, height, tint.astype(np.float32), size * 0.14)


def _bracket(u: Array, v: Array, size: float, rng: Rng) -> Surface:
    """An L of sheet metal with two or more holes in its legs, one of them sometimes slotted."""
    half = size / 2
    leg = size * rng.uniform(0.26, 0.34)
    short = size * rng.uniform(0.62, 0.95)
    d = np.minimum(
        _box(u, v + half - leg / 2, half, leg / 2, leg * 0.18),
        _box(u + half - leg / 2, v + half - short / 2, leg / 2, short / 2, leg * 0.18),
    )
    bend = -half + leg / 2
    hole = leg * rng.uniform(0.18, 0.24)
    slot = hole * rng.uniform(1.2, 2.2) if rng.random() < 0.4 else hole
    centres = [(half - leg * 0.6, bend, slot), (bend, bend + short - leg * 1.1, hole)]
    if rng.random() < 0.6:
        centres.append((bend, bend, hole))
    if rng.random() < 0.4:
        centres.append((0.05 * size, bend, hole))
    for cu, cv, wide in centres:
        d = np.maximum(d, -_box(u - cu, v - cv, wide, hole, hole))
    # A pressed crease along the long leg, and a lamp-side slope on the short one.
    crease = 1.5 * np.exp(-(((v - bend - leg * 0.33) / 2.5) ** 2))
    height = _bevel(d, 2.2, 1.8) + np.where(u > bend + leg, crease, 0)
    return Surface(d, height, 1.0, size * 0.06)


def _bearing(u: Array, v: Array, size: float, rng: Rng) -> Surface:
    """A ball bearing: two races with a groove between them in which balls show, or a shield."""
    outer = size / 2
    bore = outer * rng.uniform(0.36, 0.44)
    wall = (outer - bore) * rng.uniform(0.27, 0.32)
    r = np.hypot(u, v)
    d = np.maximum(r - outer, bore - r)
    groove = np.maximum(r - (outer - wall), bore + wall - r)
    middle = (outer + bore) / 2
    radius = (outer - bore - 2 * wall) / 2 * 1.15
    tint = np.where(groove < 0, 0.30, 1.0)
    height = _bevel(d, 2.5, 2.2) - _bevel(groove, 2.0, 2.5)
    if rng.random() < 0.7:
        balls = int(rng.integers(7, 11))
        step = 2 * math.pi / balls
        turn = (np.arctan2(v, u) + step / 2) % step - step / 2
        d_ball = np.hypot(r * np.cos(turn) - middle, r * np.sin(turn)) - radius
        tint = np.where(d_ball < 0, 1.1, tint)
        height = np.where(d_ball < 0, np.sqrt(np.maximum(-d_ball * 2 * radius, 0)), height)
    else:
        shade = (0.55, 0.25, 0.75)[int(rng.integers(3))]
        tint = np.where(groove < 0, shade, 1.0)
    return Surface(d, height, tint.astype(np.float32), size * 0.18)


_Shape = Callable[[Array, Array, float, Rng], Surface]

# Shape, size range in pixels of a 1280-wide picture at zoom 1, finishes.
_CATALOGUE: tuple[
    tuple[_Shape, tuple[float, float], tuple[tuple[float, float, float], ...]], ...
] = (
    (_bolt, (140, 190), (STEEL, ZINC, PASSIVATED, BLACK_OXIDE, BRASS)),
    (_nut, (76, 98), (STEEL, ZINC, PASSIVATED, BRASS, BLACK_OXIDE)),
    (_washer, (82, 112), (STEEL, ZINC, PASSIVATED, COPPER, BLACK_OXIDE)),
    (_gear, (108, 150), (STEEL, BRASS, BLACK_OXIDE, WHITE_NYLON)),
    (_bracket, (118, 160), (ZINC, STEEL, BLACK_OXIDE, RED_PAINT, BLUE_PAINT, YELLOW_PAINT)),
    (_bearing, (98, 132), (STEEL, ZINC)),
)


def _grain(u: Array, v: Array, size: float, rng: Rng) -> Array:
    """Brush marks, fine speckle and slow stains on the surface, multiplicative around 1."""
    angle = rng.uniform(0, math.pi)
    across = u * math.cos(angle) + v * math.sin(angle)
    lines = rng.standard_normal(64).astype(np.float32)
    brushed = lines[(np.floor(across * rng.uniform(0.7, 1.2)).astype(np.int64)) % 64]
    speckle = rng.standard_normal(u.shape, dtype=np.float32)
    wave = np.sin(u * (rng.uniform(2, 5) / size) + rng.uniform(0, 6)) * np.cos(
        v * (rng.uniform(2, 5) / size) + rng.uniform(0, 6)
    )
    return 1 + rng.uniform(0.01, 0.05) * brushed + rng.uniform(0.01, 0.04) * speckle + 0.08 * wave


def draw_part(label: int, zoom: float, light: Light, rng: Rng) -> Sprite:
    """Draws one part of the class at a random size, turn, finish and wear, lit by the lamp."""
    shape, (low, high), finishes = _CATALOGUE[label]
    size = rng.uniform(low, high) * zoom
    reach = math.ceil(size * (0.72 if shape is _bracket else 0.54)) + 3
    turn = rng.uniform(0, 2 * math.pi)
    shift_x, shift_y = rng.uniform(-0.5, 0.5, 2)
    axis = np.arange(-reach, reach + 1, dtype=np.float32)
    x = (axis - np.float32(shift_x))[None, :]
    y = (axis - np.float32(shift_y))[:, None]
    cos, sin = np.float32(math.cos(turn)), np.float32(math.sin(turn))
    u, v = x * cos + y * sin, y * cos - x * sin
    mirror = rng.random() < 0.5
    if mirror:
        v = -v

    surface = shape(u, v, size, rng)
    coverage = np.clip(0.5 - surface.distance, 0, 1).astype(np.float32)

    gy, gx = np.gradient(surface.height.astype(np.float32))
    norm = 1 / np.sqrt(gx * gx + gy * gy + 1)
    diffuse = np.maximum((light.z - gx * light.x - gy * light.y) * norm, 0)
    # Blinn's half vector between lamp and camera, the camera straight above.
    hx, hy, hz = light.x, light.y, light.z + 1
    scale = 1 / math.sqrt(hx * hx + hy * hy + hz * hz)
    glint = np.maximum((hz - gx * hx - gy * hy) * norm * scale, 0) ** 24

    finish = np.asarray(finishes[int(rng.integers(len(finishes)))], np.float32)
    finish = finish * rng.uniform(0.85, 1.12) * rng.uniform(0.96, 1.04, 3).astype(np.float32)
    gloss = rng.uniform(0.05, 0.35)
    shade = (light.ambient + (1 - light.ambient) * diffuse / light.z) * surface.tint
    shade = shade * _grain(u, v, size, rng)
    colour = finish * shade[..., None] + (gloss * glint)[..., None]
    if rng.random() < 0.2:  # a blot of rust or dirt
        bu, bv = rng.uniform(-0.4, 0.4, 2) * size
        blot = np.exp(-((u - bu) ** 2 + (v - bv) ** 2) / (size * rng.uniform(0.1, 0.25)) ** 2)
        rust = np.asarray((0.36, 0.20, 0.10), np.float32)
        weight = (0.6 * blot)[..., None]
        colour = colour * (1 - weight) + rust * shade[..., None] * weight

    rows = np.flatnonzero(coverage.any(axis=1))
    cols = np.flatnonzero(coverage.any(axis=0))
    window = np.s_[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]

    inside = coverage >= 0.5
    low_u, high_u = float(u[inside].min()) - 0.5, float(u[inside].max()) + 0.5
    low_v, high_v = float(v[inside].min()) - 0.5, float(v[inside].max()) + 0.5
    ends = np.asarray(((low_u, low_v), (high_u, low_v), (high_u, high_v), (low_u, high_v)))
    flipped = -ends[:, 1] if mirror else ends[:, 1]
    # From pixels' centres around the part's to edges of the window's pixels.
    middle = np.asarray((shift_x - cols[0], shift_y - rows[0])) + reach + 0.5
    across = ends[:, 0] * math.cos(turn) - flipped * math.sin(turn)
    down = ends[:, 0] * math.sin(turn) + flipped * math.cos(turn)
    return Sprite(
        label,
        np.clip(colour, 0, 1.2).astype(np.float32)[window],
        coverage[window],
        surface.thickness,
        np.stack((across, down), 1) + middle,
    )
