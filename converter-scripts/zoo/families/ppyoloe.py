"""PP-YOLOE and PP-YOLOE+: PaddleDetection's tails on three levels, coarse first, with 17 bins.

The + models take RGB / 255 without mean and deviation.
"""

from __future__ import annotations

from zoo.families import picodet
from zoo.families.export import Export, Family

_STRIDES = (32, 16, 8)
_BINS = 17


def _post(e: Export) -> None:
    boxes, scores, _ = picodet.boxes_and_scores(e, picodet.paddle(e), _STRIDES, _BINS)
    picodet.suppressed(e, boxes, scores)


def _without_suppression(e: Export) -> None:
    boxes, scores, count = picodet.boxes_and_scores(e, picodet.paddle(e), _STRIDES, _BINS)
    e.output("tmp_20", boxes, [1, count, 4])
    e.output("concat_14.tmp_0", scores, [1, e.classes, count])


FAMILIES = (
    Family("ppyoloe-post", "[n, 6] and a count; scale_factor", "detect", _post, picodet.IMAGENET),
    Family(
        "ppyoloe-plus",
        "boxes [1, n, 4] and scores [1, classes, n]; /255 only",
        "detect",
        _without_suppression,
        picodet.PLAIN,
    ),
)
