/** A child process that runs a script and says what happens to it in lines of JSON on its stdout. */
import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { atTheEnd } from './at-the-end.js';

/** What a script says: `console.log(JSON.stringify({ event: 'ready' }))`. */
export interface Said {
  event: string;
  [detail: string]: unknown;
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** All lines, those that are not for us, too. */
  stdout: string;
  stderr: string;
}

export interface TestProcess {
  pid: number;
  /** Everything it said so far, in order. */
  said: Said[];
  /** The first thing it said or says that fits; rejects when the process ends before, or after `withinMs`. */
  until(fits: string | ((said: Said) => boolean), withinMs?: number): Promise<Said>;
  kill(signal?: NodeJS.Signals): void;
  /** Ctrl-C, as a terminal says it: to the process and to all that it started and did not detach. */
  interrupt(): void;
  /** Never rejects. */
  exited: Promise<Ended>;
}

/** `script` is a .ts or .mjs file: `new URL('./worker.ts', import.meta.url)`. `env` comes on top of our own. */
export function aProcess(
  script: URL,
  env: Record<string, string | undefined> = {},
  args: readonly string[] = [],
): TestProcess {
  const flags = ['typescript.mjs', 'orphan.mjs'].flatMap((file) => ['--import', new URL(file, import.meta.url).href]);
  const child = spawn(process.execPath, ['--enable-source-maps', ...flags, fileURLToPath(script), ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A process group of its own, for `interrupt`.
    detached: true,
  });
  const said: Said[] = [];
  const news = new EventEmitter().setMaxListeners(0);
  let [stdout, stderr] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => {
    stdout += `${line}\n`;
    const heard = parse(line);
    if (!heard) return;
    said.push(heard);
    news.emit('said', heard);
  });
  const exited = new Promise<Ended>((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, stdout, stderr: String(error) }));
    // 'close' and not 'exit': its last line has been read by then.
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  atTheEnd(async () => {
    child.kill('SIGKILL');
    await exited;
  });

  const pid = child.pid;
  if (pid === undefined) throw new Error(`Node could not be started for ${script}.`);
  return {
    pid,
    said,
    exited,
    kill: (signal = 'SIGTERM') => void child.kill(signal),
    interrupt: () => void process.kill(-pid, 'SIGINT'),
    until(fits, withinMs = 10_000) {
      const match = typeof fits === 'string' ? (one: Said) => one.event === fits : fits;
      return new Promise((resolve, reject) => {
        const early = said.find(match);
        if (early) return resolve(early);
        const fail = (why: string) =>
          end(() => reject(new Error(`${why}. It said ${JSON.stringify(said)}\n${stderr}`)));
        const hear = (one: Said) => match(one) && end(() => resolve(one));
        const ended = ({ code, signal }: Ended) => fail(`The process ended (${signal ?? code}) before it said ${fits}`);
        const timer = setTimeout(() => fail(`The process did not say ${fits} within ${withinMs} ms`), withinMs);
        const end = (settle: () => void) => {
          clearTimeout(timer);
          news.off('said', hear);
          settle();
        };
        news.on('said', hear);
        void exited.then(ended);
      });
    },
  };
}

/** Other lines (Nest's log, say) are not for us. */
function parse(line: string): Said | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Said;
  } catch {
    return undefined;
  }
}
