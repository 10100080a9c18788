/** Asks the app every second, and at once after something was added or moved. */
import { showBoard } from './board.js';
import { showChart } from './chart.js';
import { historyOf, refreshHistory } from './history.js';

const connection = document.querySelector('#connection');

async function ask(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function refresh() {
  try {
    const [columns, activity] = await Promise.all([ask('jobs'), ask('activity')]);
    showBoard(columns, (id) => historyOf(id, refresh));
    showChart(activity);
    await refreshHistory();
    connection.classList.remove('lost');
    connection.textContent = `jobs in PostgreSQL, as they are at ${new Date().toLocaleTimeString()}`;
  } catch {
    connection.classList.add('lost');
    connection.textContent = 'the app does not answer; the jobs wait in PostgreSQL until it is back';
  }
}

for (const form of document.forms)
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const [input] = form.elements;
    const value = input.type === 'number' ? input.valueAsNumber : input.value;
    await fetch(form.dataset.adds, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ [input.name]: value }),
    });
    await refresh();
  });

async function keepOn() {
  await refresh();
  setTimeout(keepOn, 1_000);
}
await keepOn();
