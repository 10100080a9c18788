/** The states, said once: the table of moves, the tables of the database and the README agree. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { FINISHED, isFinished, type JobState, MOVES, STATES } from '../../lib/job/states.js';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const all = STATES.flatMap((from) => MOVES[from].map((to) => `${from} → ${to}`));
const drawn = [...read('README.md').matchAll(/^ {2}(\w+) --> (\w+)/gm)].map(([, from, to]) => `${from} → ${to}`);

it('draws legal moves only in the README', () => {
  expect(drawn.filter((move) => !all.includes(move))).toEqual([]);
});

it('draws every move in the README', () => {
  expect(all.filter((move) => !drawn.includes(move))).toEqual([]);
});

it('lets the database have these states and no other', () => {
  const [, list = ''] = /check \(state in \(([^)]*)\)\)/.exec(read('migrations/0001-jobs.up.sql')) ?? [];
  expect(list.split(', ').map((word) => word.replaceAll("'", ''))).toEqual([...STATES]);
});

it('leaves a finished state by retryJob only, and a completed one never', () => {
  expect(FINISHED.map((state) => MOVES[state])).toEqual([[], ['created'], ['created']]);
});

it('can finish from every unfinished state', () => {
  const unfinished = STATES.filter((state) => !isFinished(state));
  for (const state of unfinished)
    for (const end of FINISHED) expect(MOVES[state] as readonly JobState[]).toContain(end);
});
