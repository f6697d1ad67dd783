// What is shown of an answer. To raise the confidence is to leave objects out: a box is only ever
// suppressed by a stronger one, so the others stay as they are. To lower it, the server is asked.
export function objectsOf(answer) {
  const picture = answer.pictures[0];
  return picture.detections ?? picture.classes;
}

export function shown(answer, confidence, hidden) {
  return objectsOf(answer).filter(one => one.score >= confidence && !hidden.has(one.class_id));
}

// The same answer with only these objects.
export function withObjects(answer, objects) {
  const picture = { ...answer.pictures[0] };
  picture[picture.detections ? 'detections' : 'classes'] = objects;
  return { ...answer, pictures: [picture] };
}

// How many there are of each class, by class number; of those below the confidence, none.
export function countByClass(objects, confidence = 0) {
  const counts = new Map();
  for (const one of objects) {
    const before = counts.get(one.class_id)?.count ?? 0;
    counts.set(one.class_id, { label: one.label, count: before + (one.score >= confidence ? 1 : 0) });
  }
  return new Map([...counts].sort(([a], [b]) => a - b));
}

// In words, for those who do not see the picture.
export function inWords(objects, task) {
  if (task === 'classify') {
    return objects.length ? objects.slice(0, 3).map(one => `${one.label} ${Math.round(one.score * 100)} %`).join(', ') : 'no class';
  }
  if (!objects.length) return 'no objects';
  const counts = [...countByClass(objects).values()].map(({ label, count }) => `${count} ${label}`);
  return `${objects.length} object${objects.length === 1 ? '' : 's'}: ${counts.join(', ')}`;
}
