/** One job's history, from its record: added, each attempt that failed, what became of it. */
import { element } from './element.js';
import { fromNow, summary } from './words.js';

const dialog = document.querySelector('#history');
let shown;
let moved = () => {};

export async function historyOf(id, afterMove) {
  shown = id;
  moved = afterMove;
  await refreshHistory();
  dialog.showModal();
}

dialog.addEventListener('close', () => {
  shown = undefined;
});
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close();
});

export async function refreshHistory() {
  if (shown === undefined) return;
  const answer = await fetch(`jobs/${shown}`);
  if (!answer.ok) return dialog.close();
  const focused = document.activeElement?.textContent;
  const job = await answer.json();
  dialog.replaceChildren(headOf(job), actsOf(job), timelineOf(job), ...detailsOf(job));
  for (const button of dialog.querySelectorAll('button')) if (button.textContent === focused) button.focus();
}

function headOf({ id, topic, state, ...job }) {
  const title = element('div', {}, element('h2', { id: 'history-title' }, topic), element('code', {}, id));
  title.append(element('br'), element('span', { className: 'badge', dataset: { state } }, state));
  title.append(element('p', {}, summary({ topic, ...job })));
  const close = element('button', { type: 'button', onclick: () => dialog.close(), ariaLabel: 'Close' }, '✕');
  return element('header', {}, title, close);
}

function actsOf({ id, state }) {
  const acts = {
    created: ['run-now', 'cancel'],
    active: ['cancel'],
    processing: ['cancel'],
    failed: ['retry'],
    cancelled: ['retry'],
    completed: [],
  }[state];
  const act = (move) => async () => {
    await fetch(`jobs/${id}/${move}`, { method: 'POST' });
    await moved();
  };
  const buttons = acts.map((move) => element('button', { type: 'button', onclick: act(move) }, move.replace('-', ' ')));
  return element('div', { className: 'acts' }, ...buttons);
}

function timelineOf(job) {
  const lines = [
    ['created', job.createdAt, 'added'],
    ...job.errors.map(({ at, attempt, message }) => ['retried', at, `attempt ${attempt} failed: ${message}`]),
    job.state === 'active' && ['active', job.startedAt, `attempt ${job.attempts} runs`],
    job.state === 'processing' && ['processing', job.startedAt, 'handed to somebody else'],
    job.state === 'created' && ['created', job.runAfter, `attempt ${job.attempts + 1} is due`],
    job.finishedAt && [job.state, job.finishedAt, job.state],
  ].filter(Boolean);
  return element('ol', { className: 'timeline' }, ...lines.map(lineOf));
}

function lineOf([state, at, text]) {
  const time = element('small', {}, `${new Date(at).toLocaleTimeString()} · ${fromNow(at)}`);
  return element('li', { dataset: { state } }, text, time);
}

function detailsOf(job) {
  return ['data', 'attributes', 'result', 'progress']
    .filter((name) => job[name] !== null)
    .flatMap((name) => [element('h3', {}, name), element('pre', {}, JSON.stringify(job[name], null, 2))]);
}
