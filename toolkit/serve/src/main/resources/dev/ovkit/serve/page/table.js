// The objects as rows; a row can be chosen, which sets its object off on the picture.
import { colour, swatch } from './colours.js';

const whole = number => Math.round(number).toString();
const fraction = number => number.toFixed(2);

const PLACE = [
  ['x', one => whole(one.box.x)],
  ['y', one => whole(one.box.y)],
  ['width', one => whole(one.box.width)],
  ['height', one => whole(one.box.height)],
];

const COLUMNS = {
  detect: PLACE,
  segment: PLACE,
  pose: [...PLACE, ['points', one => `${one.key_points.filter(point => point.score >= 0.5).length} of ${one.key_points.length}`]],
  obb: [
    ['x', one => whole(one.rotated.x)],
    ['y', one => whole(one.rotated.y)],
    ['sides', one => `${whole(one.rotated.width)} × ${whole(one.rotated.height)}`],
    ['angle', one => `${whole((one.rotated.angle * 180) / Math.PI)}°`],
  ],
  classify: [],
};

export class Table {
  #head;
  #body;
  #task = '';
  #objects = [];
  #chosen;

  // chosen: hears of the object of the row that is chosen, or of null
  constructor(table, chosen) {
    [this.#head, this.#body] = [table.tHead, table.tBodies[0]];
    this.#chosen = chosen;
  }

  show(objects, task) {
    this.#objects = objects;
    if (task !== this.#task) {
      this.#task = task;
      this.#body.replaceChildren();
      this.#heading(['class', task === 'classify' ? 'probability' : 'score', ...COLUMNS[task].map(([name]) => name)]);
    }
    while (this.#body.rows.length > objects.length) this.#body.deleteRow(-1);
    while (this.#body.rows.length < objects.length) this.#addRow();
    objects.forEach((one, i) => this.#fill(this.#body.rows[i], one));
  }

  mark(chosen) {
    this.#objects.forEach((one, i) => {
      const row = this.#body.rows[i];
      row.classList.toggle('chosen', one === chosen);
      row.querySelector('button').setAttribute('aria-pressed', one === chosen);
    });
  }

  #heading(names) {
    const row = document.createElement('tr');
    for (const name of names) {
      const cell = document.createElement('th');
      cell.scope = 'col';
      cell.textContent = name;
      row.append(cell);
    }
    this.#head.replaceChildren(row);
  }

  // Rows are kept, so that the keyboard's place in them is.
  #addRow() {
    const row = this.#body.insertRow();
    const name = document.createElement('th');
    name.scope = 'row';
    const button = document.createElement('button');
    button.type = 'button';
    button.append(swatch('#888'), document.createElement('span'));
    button.addEventListener('click', () => {
      const one = this.#objects[row.sectionRowIndex];
      this.#chosen(button.getAttribute('aria-pressed') === 'true' ? null : one);
    });
    name.append(button);
    row.append(name);
    for (let i = 0; i <= COLUMNS[this.#task].length; i++) row.insertCell();
  }

  #fill(row, one) {
    const [square, text] = row.querySelector('button').children;
    square.style.backgroundColor = colour(one.class_id);
    text.textContent = one.label;
    [fraction(one.score), ...COLUMNS[this.#task].map(([, value]) => value(one))].forEach((value, i) => {
      row.cells[i + 1].textContent = value;
    });
  }
}
