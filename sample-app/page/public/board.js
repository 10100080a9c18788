/** The jobs as cards in a column for each state; a card that changes its state is seen to move. */
import { element } from './element.js';
import { MEANING, summary, when } from './words.js';

const board = document.querySelector('#board');
const MOVE = { duration: 450, easing: 'cubic-bezier(.2, .7, .2, 1)' };

export function showBoard(columns, open) {
  const before = new Map([...board.querySelectorAll('.card')].map((card) => [card.dataset.id, card]));
  const places = new Map([...before].map(([id, card]) => [id, card.getBoundingClientRect()]));
  const focused = document.activeElement?.dataset?.id;
  board.replaceChildren(...columns.map((column) => columnOf(column, open)));
  for (const card of board.querySelectorAll('.card')) {
    const from = places.get(card.dataset.id);
    if (!from) appear(card);
    else if (before.get(card.dataset.id).dataset.state !== card.dataset.state) moveFrom(card, from);
    if (card.dataset.id === focused) card.focus();
  }
}

function columnOf({ state, jobs, more }, open) {
  const count = element('output', {}, `${jobs.length}${more ? '+' : ''}`);
  const cards = element('div', { className: 'cards' }, ...jobs.map((job) => cardOf(job, open)));
  const title = element('h2', {}, state, count);
  const meaning = element('p', {}, MEANING[state]);
  return element('section', { className: 'column', dataset: { state }, ariaLabel: state }, title, meaning, cards);
}

function cardOf(job, open) {
  const { id, state, topic, attempts, progress } = job;
  const tries = attempts > 1 || (attempts === 1 && state === 'created');
  return element(
    'button',
    { type: 'button', className: 'card', dataset: { id, state, topic }, onclick: () => open(id) },
    element('strong', {}, topic),
    element('span', {}, summary(job)),
    element(
      'small',
      {},
      when(job),
      tries ? element('span', { className: 'tries' }, `${attempts} ${attempts === 1 ? 'try' : 'tries'}`) : null,
    ),
    state === 'active' && typeof progress === 'number' ? element('progress', { value: progress }) : null,
  );
}

function appear(card) {
  card.animate([{ opacity: 0, scale: 0.9 }, {}], MOVE);
}

function moveFrom(card, from) {
  const to = card.getBoundingClientRect();
  const translate = `${from.left - to.left}px ${from.top - to.top}px`;
  card.animate([{ translate, zIndex: 1 }, {}], MOVE);
}
