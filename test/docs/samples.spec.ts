/** The samples of the documentation: each runs, prints what it says, and stands in a page as it is. */
import { expect, it } from '@jest/globals';
import { runsItsSamples } from './run-samples.js';
import { allPages, allSamples, SUITES, shown, suiteOf } from './samples.js';

runsItsSamples('.');

it.each(allSamples())('stands in a page as it is, with what it prints: $name', (sample) => {
  const pages = allPages().filter(({ text }) => text.includes(`](samples/${sample.name}/main.ts)`));
  expect(pages.map(({ name }) => name)).not.toEqual([]);
  for (const { text } of pages) expect(text).toContain(shown(sample));
});

it.each(allSamples())('has its packages in a suite: $name', (sample) => {
  expect(SUITES).toContain(suiteOf(sample));
});
