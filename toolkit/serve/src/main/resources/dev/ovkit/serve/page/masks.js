// COCO's compressed run lengths: down the columns, outside and inside in turn.
const MORE = 32;
const SIGN = 16;

export function runs(counts) {
  const lengths = [];
  for (let at = 0; at < counts.length;) {
    let value = 0;
    let shift = 0;
    let digit;
    do {
      digit = counts.charCodeAt(at++) - 48;
      value |= (digit & (MORE - 1)) << shift;
      shift += 5;
    } while (digit & MORE && at < counts.length);
    if (digit & SIGN && shift < 32) value |= -1 << shift;
    lengths.push(lengths.length > 2 ? value + lengths[lengths.length - 2] : value);
  }
  return lengths;
}

// Paints a mask into pixels that are smaller by a whole factor.
export function paint(mask, image, factor, [red, green, blue, alpha]) {
  const height = mask.size[0];
  let at = 0;
  let inside = false;
  for (const length of runs(mask.counts)) {
    const end = at + length;
    while (inside && at < end) {
      const x = Math.floor(at / height);
      const last = Math.min(end, (x + 1) * height);
      if (x % factor === 0 && x / factor < image.width) {
        for (let y = Math.ceil((at % height) / factor); y * factor < last - x * height && y < image.height; y++) {
          image.data.set([red, green, blue, alpha], (y * image.width + x / factor) * 4);
        }
      }
      at = last;
    }
    at = end;
    inside = !inside;
  }
}

const MOST_PIXELS = 1600;

// All masks as one transparent picture.
export function layer(objects, width, height, rgb) {
  const factor = Math.max(1, Math.ceil(Math.max(width, height) / MOST_PIXELS));
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width / factor);
  canvas.height = Math.ceil(height / factor);
  const context = canvas.getContext('2d');
  const image = context.createImageData(canvas.width, canvas.height);
  for (const one of [...objects].reverse()) paint(one.mask, image, factor, [...rgb(one), 115]);
  context.putImageData(image, 0, 0);
  return canvas;
}
