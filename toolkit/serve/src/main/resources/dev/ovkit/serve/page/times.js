// Where the time went: what the server says of its stages, and the rest.
import { STAGES, swatch } from './colours.js';

const WORDS = { decode: 'decode', preprocess: 'preprocess', infer: 'infer', postprocess: 'postprocess', rest: 'transfer and waiting' };

export function showTimes({ total, bar, stages }, ms, wholeMs) {
  const known = Object.values(ms).reduce((sum, one) => sum + one, 0);
  const parts = { ...ms, rest: Math.max(0, wholeMs - known) };
  const small = document.createElement('small');
  small.textContent = ' ms until the answer';
  total.replaceChildren(wholeMs.toFixed(1), small);
  bar.replaceChildren();
  stages.replaceChildren();
  for (const [name, value] of Object.entries(parts)) {
    if (value > 0) {
      const piece = document.createElement('span');
      piece.style.flex = `${value} 0 0`;
      piece.style.backgroundColor = STAGES[name];
      bar.append(piece);
    }
    const row = document.createElement('div');
    const term = document.createElement('dt');
    const time = document.createElement('dd');
    term.textContent = WORDS[name];
    time.textContent = `${value.toFixed(1)} ms`;
    term.prepend(swatch(STAGES[name]));
    row.append(term, time);
    stages.append(row);
  }
}
