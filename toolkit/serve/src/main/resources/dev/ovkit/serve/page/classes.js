// Which classes are shown: one switch for each class that was found.
import { colour, swatch } from './colours.js';

export class ClassFilter {
  hidden = new Set();
  #box;
  #chips;
  #all;
  #changed;
  #made = new Map();

  constructor(box, chips, all, changed) {
    [this.#box, this.#chips, this.#all, this.#changed] = [box, chips, all, changed];
    all.addEventListener('click', () => {
      this.hidden.clear();
      for (const { input } of this.#made.values()) input.checked = true;
      this.#chips.querySelector('input')?.focus();
      this.#tell();
    });
  }

  // Of another model.
  forget() {
    this.hidden.clear();
    this.#made.clear();
    this.#chips.replaceChildren();
    this.#box.hidden = true;
  }

  // A class that was there stays, so that a film does not make the switches jump.
  show(counts) {
    for (const [id, { label }] of counts) {
      if (!this.#made.has(id)) this.#add(id, label);
    }
    for (const [id, { count }] of this.#made) count.textContent = counts.get(id)?.count ?? 0;
    this.#box.hidden = this.#made.size === 0;
    this.#all.hidden = this.hidden.size === 0;
  }

  // Those that are shown, for an address; none if all are.
  names() {
    const made = [...this.#made].filter(([id]) => !this.hidden.has(id));
    return this.hidden.size ? made.map(([id, { label }]) => (/^class \d+$|,/.test(label) ? id : label)) : [];
  }

  // In the order of their numbers; the others are not moved, or the keyboard would lose its place.
  #add(id, label) {
    const chip = this.#chip(id, label);
    const next = Math.min(...[...this.#made.keys()].filter(other => other > id));
    this.#chips.insertBefore(chip.element, this.#made.get(next)?.element ?? null);
    this.#made.set(id, chip);
  }

  #chip(id, label) {
    const element = document.createElement('label');
    const input = document.createElement('input');
    input.type = 'checkbox';
    input.checked = true;
    input.addEventListener('change', () => {
      if (input.checked) this.hidden.delete(id);
      else this.hidden.add(id);
      this.#tell();
    });
    const count = document.createElement('b');
    element.append(input, swatch(colour(id)), label, ' ', count);
    return { element, input, count, label };
  }

  #tell() {
    this.#all.hidden = this.hidden.size === 0;
    this.#changed();
  }
}
