// One colour for each class number: bright enough for dark text, and apart from its neighbours.
const PALETTE = [
  '#ffb000', '#5ec8ff', '#7fe07f', '#ff8fa3', '#c9a6ff', '#ffe066',
  '#4fe0c8', '#ff9f5a', '#9fb8ff', '#d3e35a', '#ff93e0', '#a8d5a2',
];

export const STAGES = { decode: '#5ec8ff', preprocess: '#7fe07f', infer: '#ffb000', postprocess: '#c9a6ff', rest: '#a5afba' };

export function colour(classId) {
  return PALETTE[classId % PALETTE.length];
}

// A square in that colour, which says nothing that the text beside it does not say.
export function swatch(fill) {
  const square = document.createElement('span');
  square.className = 'swatch';
  square.style.backgroundColor = fill;
  return square;
}
