/** The samples of docs/samples: which there are, which suite has the packages they import, and which page shows them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const SAMPLES = `${ROOT}docs/samples`;

export interface Sample {
  readonly name: string;
  readonly code: string;
  readonly output: string;
  /** Of those it imports: what neither Node nor the repository itself has. */
  readonly packages: readonly string[];
}

export function allSamples(): Sample[] {
  const ours = new Set(['programma', ...packagesOf('.')]);
  return readdirSync(SAMPLES).map((name) => {
    const code = readFileSync(`${SAMPLES}/${name}/main.ts`, 'utf8');
    const output = readFileSync(`${SAMPLES}/${name}/output.txt`, 'utf8');
    return { name, code, output, packages: importedBy(code).filter((one) => !ours.has(one)) };
  });
}

/** The repository itself, then every suite with packages of its own. */
export const SUITES = [
  '.',
  ...readdirSync(`${ROOT}test`)
    .map((name) => `test/${name}`)
    .filter((folder) => existsSync(`${ROOT}${folder}/package.json`)),
];

/** The first suite that has all the packages which the sample needs. */
export function suiteOf({ packages }: Sample): string | undefined {
  return SUITES.find((suite) => {
    const there = packagesOf(suite);
    return packages.every((one) => there.includes(one));
  });
}

export interface Page {
  readonly name: string;
  readonly text: string;
}

export const allPages = (): Page[] =>
  ['README.md', ...readdirSync(`${ROOT}docs`).map((name) => `docs/${name}`)]
    .filter((name) => name.endsWith('.md'))
    .map((name) => ({ name, text: readFileSync(`${ROOT}${name}`, 'utf8') }));

/** How a page shows a sample: its code, and then what it prints. The comments are for what runs the blocks of pages. */
export function shown(sample: Sample): string {
  const { code, output } = sample;
  const suite = suiteOf(sample);
  const where = suite === '.' ? '' : `<!-- packages: ${suite} -->\n\n`;
  return `${where}\`\`\`ts\n${code}\`\`\`\n\nIt prints:\n\n<!-- not run: this is what the program prints -->\n\n\`\`\`text\n${output}\`\`\`\n`;
}

function packagesOf(suite: string): string[] {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(`${ROOT}${suite}/package.json`, 'utf8'));
  return Object.keys({ ...dependencies, ...devDependencies });
}

function importedBy(code: string): string[] {
  const names = [...code.matchAll(/^(?:import|export|\} from)\b.*?'([^']+)';$/gm)].map((match) => String(match[1]));
  return names
    .filter((name) => !name.startsWith('.') && !name.startsWith('node:') && !builtinModules.includes(name))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
}
