// The picture with its objects, as large as there is room.
import { colour } from './colours.js';
import { drawObjects, outline } from './draw.js';
import { layer } from './masks.js';

const MOST_HEIGHT = 0.68; // of the window

function rgb(one) {
  const number = parseInt(colour(one.class_id).slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

function inside(one, x, y) {
  const points = outline(one);
  let within = false;
  points.forEach(([x1, y1], i) => {
    const [x0, y0] = points[(i + points.length - 1) % points.length];
    if (y1 > y !== y0 > y && x < ((x0 - x1) * (y - y1)) / (y0 - y1) + x1) within = !within;
  });
  return within;
}

export class Stage {
  #canvas;
  #bitmap = null;
  #width = 0;
  #height = 0;
  #objects = [];
  #masks = null;
  #chosen = null;

  // pointed: hears of the object under the pointer, or of null
  constructor(canvas, pointed) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.draw()).observe(canvas.parentElement);
    canvas.addEventListener('pointermove', event => pointed(this.#at(event)));
    canvas.addEventListener('pointerleave', () => pointed(null));
  }

  // bitmap: null where the browser cannot show the picture, which the server could read
  picture(bitmap, width, height) {
    if (this.#bitmap !== bitmap) this.#bitmap?.close();
    this.#bitmap = bitmap;
    [this.#width, this.#height] = [width, height];
    this.#objects = [];
    this.#masks = null;
    this.#canvas.hidden = false;
    this.draw();
  }

  objects(objects, width, height) {
    [this.#width, this.#height] = [width, height];
    this.#objects = objects.filter(one => one.box);
    const masked = this.#objects.filter(one => one.mask);
    this.#masks = masked.length ? layer(masked, width, height, rgb) : null;
    this.draw();
  }

  choose(one) {
    if (this.#chosen !== one) {
      this.#chosen = one;
      this.draw();
    }
  }

  describe(words) {
    this.#canvas.setAttribute('aria-label', words);
  }

  #at(event) {
    const scale = this.#width / this.#canvas.clientWidth;
    const [x, y] = [event.offsetX * scale, event.offsetY * scale];
    const area = one => (one.rotated ?? one.box).width * (one.rotated ?? one.box).height;
    const under = this.#objects.filter(one => inside(one, x, y));
    return under.sort((a, b) => area(a) - area(b))[0] ?? null;
  }

  draw() {
    if (!this.#width) return;
    const canvas = this.#canvas;
    const room = canvas.parentElement.clientWidth;
    const fit = Math.min(room / this.#width, (innerHeight * MOST_HEIGHT) / this.#height);
    const [wide, high] = [this.#width * fit, this.#height * fit];
    const unit = devicePixelRatio || 1;
    canvas.style.width = `${wide}px`;
    canvas.style.height = `${high}px`;
    canvas.width = Math.max(1, Math.round(wide * unit));
    canvas.height = Math.max(1, Math.round(high * unit));
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    if (this.#bitmap) {
      context.drawImage(this.#bitmap, 0, 0, canvas.width, canvas.height);
    } else {
      context.fillStyle = '#666';
      context.fillRect(0, 0, canvas.width, canvas.height);
    }
    if (this.#masks) context.drawImage(this.#masks, 0, 0, canvas.width, canvas.height);
    const chosen = this.#objects.includes(this.#chosen) ? this.#chosen : null;
    drawObjects(context, this.#objects, canvas.width / this.#width, unit, chosen);
  }
}
