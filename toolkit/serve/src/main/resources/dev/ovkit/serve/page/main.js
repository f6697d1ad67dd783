// Puts the page together: what is asked, and what is shown of the answer.
import { ServerError, address, detect, hasToken, models, useToken } from './api.js';
import { countByClass, inWords, objectsOf, shown, withObjects } from './answer.js';
import { ClassFilter } from './classes.js';
import { copyButtons } from './copy.js';
import { sources } from './sources.js';
import { Stage } from './stage.js';
import { Table } from './table.js';
import { tabs } from './tabs.js';
import { showTimes } from './times.js';
import { Webcam, isAvailable } from './webcam.js';

const PAUSE = 250; // after the last move of a slider
const BUSY = 429;
const NEEDS_TOKEN = 401;

const $ = id => document.getElementById(id);

let known = []; // models
let model = null;
let picture = null; // the file that is shown, or null
let answer = null; // of the server, for the thresholds in asked
let asked = null;
let took = 0;
let ownIou = true;
let chosen = null;
let repeat = () => start();
let controller = null;
let timer = 0;

const webcam = new Webcam();
const stage = new Stage($('canvas'), one => choose(one));
const table = new Table($('table'), one => choose(one));
const filter = new ClassFilter($('classes'), $('chips'), $('all-classes'), () => show());

function say(words) {
  $('status').textContent = words;
}

// The overlap is the model's own until the slider was moved.
function wanted() {
  return { confidence: Number($('confidence').value), iou: ownIou ? null : Number($('iou').value) };
}

// ---- errors and the token

function fail(error, again) {
  if (error.name === 'AbortError') return;
  const needsToken = error instanceof ServerError && error.status === NEEDS_TOKEN;
  repeat = again;
  if (needsToken && $('access').hidden) {
    $('access').hidden = false;
    $('token').focus();
    return;
  }
  $('problem-text').textContent = needsToken ? 'The server does not accept this token.' : error.message;
  $('again').hidden = needsToken;
  $('problem').hidden = false;
}

function fine() {
  $('problem').hidden = true;
  $('access').hidden = true;
}

$('access').addEventListener('submit', event => {
  event.preventDefault();
  useToken($('token').value.trim());
  repeat();
});

$('again').addEventListener('click', () => {
  $('problem').hidden = true;
  repeat();
});

// ---- models

async function start() {
  try {
    known = await models();
  } catch (error) {
    fail(error, start);
    return;
  }
  fine();
  $('token').value = '';
  const several = name => known.filter(one => one.name === name).length > 1;
  $('model').replaceChildren(...known.map((one, i) => {
    const text = several(one.name) ? `${one.name}, version ${one.version}` : one.name;
    const option = new Option(one.ready ? text : `${text} (not ready)`, i);
    option.disabled = !one.ready;
    return option;
  }));
  const ready = known.findIndex(one => one.ready);
  if (ready < 0) {
    fail(new ServerError(0, 'No model is ready yet.'), start);
    return;
  }
  $('model').value = ready;
  for (const id of ['model', 'choose', 'confidence', 'iou']) $(id).disabled = false;
  $('webcam').disabled = !isAvailable();
  $('webcam').title = isAvailable() ? '' : 'A browser lets only pages by https, or of this machine, use it';
  useModel();
}

function useModel() {
  model = known[Number($('model').value)];
  const { task, input, labels, family, licence } = model;
  const facts = [task, `${input.width} × ${input.height}`, labels.length ? `${labels.length} classes` : '', family, licence && `licence: ${licence}`];
  $('about').textContent = facts.filter(Boolean).join(' · ');
  $('overlap').hidden = task === 'classify';
  $('confidence').value = model.conf;
  $('iou').value = model.iou;
  ownIou = true;
  showThresholds();
  filter.forget();
  answer = null;
  if (picture) ask();
}

$('model').addEventListener('change', useModel);

// ---- pictures

async function use(file) {
  stopWebcam();
  picture = file;
  answer = null;
  chosen = null;
  filter.forget();
  $('name').textContent = file.name || 'pasted picture';
  let bitmap = null;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    $('name').textContent += ' – this browser cannot show it, the server may read it';
  }
  if (picture !== file) return;
  $('empty').hidden = true;
  stage.picture(bitmap, bitmap?.width ?? 4, bitmap?.height ?? 3);
  stage.describe(`${$('name').textContent}; no answer yet`);
  $('results').hidden = true;
  $('times').hidden = true;
  await ask();
}

sources({ choose: $('choose'), file: $('file'), frame: $('frame') }, file => { if (model) use(file); });

async function ask() {
  clearTimeout(timer);
  controller?.abort();
  controller = new AbortController();
  const { signal } = controller;
  const thresholds = wanted();
  $('frame').classList.add('busy');
  const begin = performance.now();
  try {
    const found = await detect(model, thresholds, picture, signal);
    took = performance.now() - begin;
    take(found, thresholds);
    say(inWords(visible(), model.task));
  } catch (error) {
    fail(error, ask);
  } finally {
    if (controller.signal === signal) $('frame').classList.remove('busy');
  }
}

function take(found, thresholds) {
  fine();
  answer = found;
  asked = thresholds;
  chosen = null;
  show();
}

// ---- thresholds

function showThresholds() {
  for (const id of ['confidence', 'iou']) $(`${id}-value`).textContent = Number($(id).value).toFixed(2);
}

function askSoon() {
  clearTimeout(timer);
  if (picture) timer = setTimeout(ask, PAUSE);
}

$('confidence').addEventListener('input', () => {
  showThresholds();
  show();
  if (asked && wanted().confidence < asked.confidence) askSoon();
});

$('iou').addEventListener('input', () => {
  ownIou = false;
  showThresholds();
  askSoon();
});

for (const id of ['confidence', 'iou']) {
  $(id).addEventListener('change', () => { if (answer && !webcam.on) say(inWords(visible(), model.task)); });
}

// ---- what is shown

function visible() {
  return shown(answer, wanted().confidence, filter.hidden);
}

function show() {
  if (!answer) return;
  const objects = visible();
  const { width, height, task, ms, alarm } = answer.pictures[0];
  if (task !== 'classify') filter.show(countByClass(objectsOf(answer), wanted().confidence));
  stage.objects(objects, width, height);
  stage.describe(`${$('name').textContent}, ${width} by ${height} pixels: ${inWords(objects, task)}`);
  table.show(objects, task);
  $('table').hidden = objects.length === 0;
  $('none').hidden = objects.length > 0;
  $('what').textContent = task === 'classify' ? 'Classes' : 'Objects';
  const all = objectsOf(answer).length;
  $('none').textContent = all ? 'Nothing is shown with this confidence and these classes.' : 'Nothing was found with this confidence.';
  $('count').textContent = objects.length === all ? all : `${objects.length} of ${all}`;
  $('alarm').textContent = alarm ?? '';
  $('times').hidden = false;
  showTimes({ total: $('total'), bar: $('bar'), stages: $('stages') }, ms, took);
  $('results').hidden = false;
  choose(objects.includes(chosen) ? chosen : null);
  showTexts();
}

// Long texts only where they are seen.
function showTexts() {
  if (!answer) return;
  if (!$('panel-json').hidden) $('json').textContent = JSON.stringify(withObjects(answer, visible()), null, 2);
  if (!$('panel-curl').hidden) {
    const url = new URL(address(model, { ...wanted(), classes: filter.names() }), document.baseURI);
    const access = hasToken() ? ' -H "Authorization: Bearer $TOKEN"' : '';
    const name = (picture?.name || 'picture.jpg').replace(/'/g, "'\\''");
    $('curl').textContent = `curl${access} --data-binary '@${name}' '${url}'`;
  }
}

function choose(one) {
  chosen = one;
  stage.choose(one);
  table.mark(one);
}

tabs($('results').querySelector('[role=tablist]'), showTexts);
copyButtons(document.querySelectorAll('.copy'), say);

// ---- the webcam

function stopWebcam() {
  if (!webcam.on) return;
  webcam.stop();
  $('webcam').setAttribute('aria-pressed', 'false');
  $('webcam').textContent = 'Use the webcam';
}

$('webcam').addEventListener('click', async () => {
  if (webcam.on) {
    stopWebcam();
    say('The webcam is off');
    return;
  }
  try {
    await webcam.start();
  } catch (error) {
    fail(new Error(`The webcam cannot be used: ${error.message}`), () => $('webcam').click());
    return;
  }
  controller?.abort();
  clearTimeout(timer);
  picture = null;
  answer = null;
  filter.forget();
  $('empty').hidden = true;
  $('webcam').setAttribute('aria-pressed', 'true');
  $('webcam').textContent = 'Stop the webcam';
  say('The webcam is on');
  film();
});

const pause = ms => new Promise(done => { setTimeout(done, ms); });

async function film() {
  while (webcam.on) {
    if (document.hidden) {
      await pause(PAUSE);
      continue;
    }
    const begin = performance.now();
    try {
      const { bitmap, jpeg } = await webcam.frame();
      const thresholds = wanted();
      const sent = performance.now();
      const used = model;
      const found = await detect(used, thresholds, jpeg);
      if (!webcam.on || used !== model) {
        bitmap.close();
        continue;
      }
      took = performance.now() - sent;
      stage.picture(bitmap, bitmap.width, bitmap.height);
      $('name').textContent = `webcam, ${(1000 / (performance.now() - begin)).toFixed(1)} pictures/s`;
      take(found, thresholds);
    } catch (error) {
      if (error.status === BUSY) {
        await pause(Math.max(PAUSE, error.retryAfter * 1000));
      } else {
        stopWebcam();
        fail(error, () => $('webcam').click());
      }
    }
  }
}

start();
