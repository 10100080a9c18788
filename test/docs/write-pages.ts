/** Writes the samples into their pages: after each link to `samples/<name>/main.ts`, its code and what it prints. */
import { writeFileSync } from 'node:fs';
import { allPages, allSamples, ROOT, type Sample, shown } from './samples.js';

/** From a link on: the rest of its line, what was written there before, and what follows. */
const THERE =
  /^(.*)\n\s*(?:(?:<!-- packages: .* -->\s*)?```ts\n[\s\S]*?\n```\s*It prints:\s*(?:<!-- .* -->\s*)?```text\n[\s\S]*?\n```\n?\s*)?/;

function written(page: string, sample: Sample): string {
  const at = page.indexOf(`](samples/${sample.name}/main.ts)`);
  if (at < 0) return page;
  return page.slice(0, at) + page.slice(at).replace(THERE, (_, line: string) => `${line}\n\n${shown(sample)}\n`);
}

for (const { name, text } of allPages()) {
  const page = `${allSamples().reduce(written, text).trimEnd()}\n`;
  if (page !== text) writeFileSync(`${ROOT}${name}`, page);
}
