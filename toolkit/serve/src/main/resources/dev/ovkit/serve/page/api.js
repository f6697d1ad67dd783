// What the page asks its own server. The token is kept here and nowhere else.
let token = '';

export class ServerError extends Error {
  constructor(status, message, retryAfter = 0) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export function useToken(given) {
  token = given;
}

export function hasToken() {
  return token !== '';
}

async function ask(path, options = {}) {
  const headers = { ...options.headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(path, { ...options, headers, cache: 'no-store' });
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    throw new ServerError(0, 'The server does not answer.');
  }
  if (response.ok) return response.json();
  let message = `The server answered ${response.status}.`;
  try {
    message = `${(await response.json()).error} (${response.status})`;
  } catch {
    // not one of its own answers; the status says enough
  }
  throw new ServerError(response.status, message, Number(response.headers.get('Retry-After')) || 0);
}

// The newest version of each model first, as the server would choose it.
export async function models() {
  const listed = (await ask('v1/models')).models;
  const names = [...new Set(listed.map(model => model.name))];
  return names.flatMap(name => listed.filter(model => model.name === name).reverse());
}

export function address(model, { confidence, iou, classes }) {
  const query = new URLSearchParams({ conf: confidence.toFixed(2) });
  if (iou !== null && model.task !== 'classify') query.set('iou', iou.toFixed(2));
  if (classes?.length) query.set('classes', classes.join(','));
  const [name, version] = [model.name, model.version].map(encodeURIComponent);
  return `v1/models/${name}/versions/${version}/detect?${query}`;
}

export function detect(model, wanted, picture, signal) {
  const headers = { 'Content-Type': picture.type.startsWith('image/') ? picture.type : 'application/octet-stream' };
  return ask(address(model, wanted), { method: 'POST', body: picture, headers, signal });
}
