// Objects as lines and labels, in the pixels of a canvas that is larger or smaller than the picture.
import { colour } from './colours.js';

const DARK = '#111';
const HALO = 'rgba(0, 0, 0, .6)';
const SURE = 0.5;

// The limbs of COCO's person, by the numbers of its 17 points.
const PERSON = [
  [0, 1], [0, 2], [1, 3], [2, 4], [5, 6], [5, 7], [7, 9], [6, 8], [8, 10],
  [5, 11], [6, 12], [11, 12], [11, 13], [13, 15], [12, 14], [14, 16],
];

export function outline(one) {
  if (one.rotated) return one.rotated.corners;
  const { x, y, width, height } = one.box;
  return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]];
}

// Twice, so that it is seen on every ground.
function stroke(context, fill, width) {
  context.lineJoin = 'round';
  context.strokeStyle = HALO;
  context.lineWidth = width * 2;
  context.stroke();
  context.strokeStyle = fill;
  context.lineWidth = width;
  context.stroke();
}

function polygon(context, points, scale) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x * scale, y * scale) : context.moveTo(x * scale, y * scale)));
  context.closePath();
}

function keyPoints(context, points, fill, scale, unit) {
  if (points.length === 17) {
    for (const [from, to] of PERSON.map(pair => pair.map(i => points[i]))) {
      if (from.score >= SURE && to.score >= SURE) {
        context.beginPath();
        context.moveTo(from.x * scale, from.y * scale);
        context.lineTo(to.x * scale, to.y * scale);
        stroke(context, fill, 2 * unit);
      }
    }
  }
  for (const point of points) {
    context.beginPath();
    context.arc(point.x * scale, point.y * scale, 3 * unit, 0, 2 * Math.PI);
    context.fillStyle = point.score >= SURE ? fill : 'transparent';
    context.fill();
    context.strokeStyle = DARK;
    context.lineWidth = unit;
    context.stroke();
  }
}

const NARROW = 500; // pixels of the page, where scores would hide the picture

function label(context, one, fill, scale, unit) {
  const narrow = context.canvas.width < NARROW * unit;
  const text = narrow ? one.label : `${one.label} ${one.score.toFixed(2)}`;
  context.font = `600 ${(narrow ? 11 : 12) * unit}px system-ui, sans-serif`;
  const width = context.measureText(text).width + 8 * unit;
  const height = (narrow ? 14 : 17) * unit;
  const points = outline(one);
  const left = Math.min(...points.map(([x]) => x)) * scale - unit;
  const top = Math.min(...points.map(([, y]) => y)) * scale - height;
  const x = Math.max(0, Math.min(left, context.canvas.width - width));
  const y = top >= 0 ? top : Math.min(top + height, context.canvas.height - height);
  context.fillStyle = fill;
  context.fillRect(x, y, width, height);
  context.fillStyle = DARK;
  context.textBaseline = 'middle';
  context.fillText(text, x + 4 * unit, y + height / 2 + unit / 2);
}

// unit: a pixel of the page, in those of the canvas; chosen: the one that is set off, or none.
export function drawObjects(context, objects, scale, unit, chosen) {
  const order = [...objects].reverse(); // the best on top
  if (chosen) order.push(chosen);
  for (const one of order) {
    const fill = colour(one.class_id);
    context.globalAlpha = chosen && one !== chosen ? 0.35 : 1;
    polygon(context, outline(one), scale);
    if (one === chosen) {
      context.fillStyle = `${fill}40`;
      context.fill();
    }
    stroke(context, fill, (one === chosen ? 3 : 2) * unit);
    if (one.key_points) keyPoints(context, one.key_points, fill, scale, unit);
  }
  for (const one of order) {
    context.globalAlpha = chosen && one !== chosen ? 0.35 : 1;
    label(context, one, colour(one.class_id), scale, unit);
  }
  context.globalAlpha = 1;
}
