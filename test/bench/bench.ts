/** What a scenario has to hand: a server, databases, and processes that host contenders. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Acts } from './agent.js';
import type { Variant } from './contender.js';
import { ms } from './measure.js';
import { sumOf } from './payload.js';
import { deleteQueue, redisUrl } from './redis.js';
import type { Server } from './server.js';

const LOADER = new URL('../support/typescript.mjs', import.meta.url).href;
/** A contender that does not get done is called off, so that the others have their turn. */
const LONGEST_MS = 240_000;

export interface Options {
  readonly rounds: number | undefined;
  /** Multiplies the numbers of jobs: for developing. */
  readonly scale: number;
  /** Jobs that lie in the future, in `future`. */
  readonly future: number | undefined;
  readonly minutes: number | undefined;
}

/** A process that hosts one contender. */
export interface Agent {
  ask<Act extends keyof Acts>(act: Act, ...by: Parameters<Acts[Act]>): ReturnType<Acts[Act]>;
  /** How many jobs its handlers have seen. */
  readonly count: number;
  /** It ends by itself, and may write its profile. */
  leave(): Promise<void>;
  end(): Promise<void>;
}

export class Bench {
  constructor(
    readonly server: Server,
    readonly options: Options,
    private readonly beside: string[],
  ) {}

  jobs(n: number): number {
    return Math.max(1, Math.round(n * this.options.scale));
  }

  /** Says something that belongs under the table. */
  note(line: string): void {
    if (!this.beside.includes(line)) this.beside.push(line);
  }

  /** An empty place for a contender: a database, or in Redis a queue. */
  async place(variant: Variant, server = this.server): Promise<{ url: string; free(): Promise<void> }> {
    if (variant.on === 'redis') {
      const url = redisUrl();
      return { url, free: () => deleteQueue(url) };
    }
    const url = await server.database();
    return { url, free: () => server.drop(url) };
  }

  /** So many processes with the contender open on one place, and at the end all gone. */
  async with<T>(
    variant: Variant,
    use: (agents: Agents, url: string) => Promise<T>,
    { processes = 1, server = this.server }: { processes?: number; server?: Server } = {},
  ): Promise<T> {
    const { url, free } = await this.place(variant, server);
    try {
      return await this.on(url, variant, (agents) => use(agents, url), processes);
    } finally {
      await free();
    }
  }

  /** The same on a place that is there. */
  async on<T>(url: string, variant: Variant, use: (agents: Agents) => Promise<T>, processes = 1): Promise<T> {
    const agents: Agent[] = [];
    try {
      // One after the other: the first one brings the schema up.
      for (let i = 0; i < processes; i++) {
        const agent = startAgent();
        agents.push(agent);
        await agent.ask('open', { name: variant.name, url });
      }
      const result = await use(new Agents(agents));
      for (const agent of agents) await agent.ask('close');
      await Promise.all(agents.map((agent) => agent.leave()));
      return result;
    } finally {
      await Promise.all(agents.map((agent) => agent.end()));
    }
  }
}

export class Agents {
  constructor(readonly all: readonly Agent[]) {}

  get first(): Agent {
    const [first] = this.all;
    if (!first) throw new Error('there is no agent');
    return first;
  }

  /** Starts all of them; answers jobs a second from then until `jobs` have been handled and settled. */
  async drain(jobs: number, begin: () => Promise<unknown> = () => this.work()): Promise<number> {
    const start = ms();
    await begin();
    await this.handled(jobs);
    const end = await this.settled();
    return jobs / ((end - start) / 1_000);
  }

  async work(): Promise<void> {
    await Promise.all(this.all.map((agent) => agent.ask('work')));
  }

  /** Resolves when the handlers have seen so many jobs. */
  async handled(jobs: number): Promise<void> {
    const until = ms() + LONGEST_MS;
    while (this.count < jobs) {
      if (ms() > until) throw new Error(`only ${this.count} of ${jobs} jobs after ${LONGEST_MS / 1_000} s`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Resolves when the database holds no job as given out, with the moment of the look that found it so. */
  async settled(): Promise<number> {
    for (;;) {
      const looked = ms();
      if ((await this.first.ask('held')) === 0) return looked;
    }
  }

  /**
   * Throws unless each of so many jobs ran once and is down as completed, and nothing waits.
   * @param inAll how many are completed, with those of earlier processes
   */
  async check(jobs: number, from = 0, inAll = jobs): Promise<void> {
    const seen = await Promise.all(this.all.map((agent) => agent.ask('seen')));
    const count = seen.reduce((all, one) => all + one.count, 0);
    const sum = seen.reduce((all, one) => all + one.sum, 0);
    const { waiting, completed } = await this.first.ask('tally');
    const sound = count === jobs && sum === sumOf(jobs, from) && waiting === 0;
    if (!sound || (completed !== undefined && completed !== inAll))
      throw new Error(
        `not what was added: ${jobs} jobs; handlers saw ${count} (sum ${sum}, not ${sumOf(jobs, from)}), ` +
          `${waiting} wait, ${completed ?? 'unknown'} are completed`,
      );
  }

  private get count(): number {
    return this.all.reduce((all, agent) => all + agent.count, 0);
  }
}

function startAgent(): Agent {
  const child = fork(fileURLToPath(new URL('./agent.ts', import.meta.url)), [], {
    execArgv: [
      '--import',
      LOADER,
      '--disable-warning=ExperimentalWarning',
      ...(process.env.AGENT_FLAGS?.split(' ').filter(Boolean) ?? []),
    ],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const asked = new Map<number, { act: string; resolve(answer: unknown): void; reject(error: Error): void }>();
  let ids = 0;
  let count = 0;
  child.on('message', (said: { id?: number; answer?: unknown; error?: string; count?: number }) => {
    if (said.count !== undefined) count = said.count;
    const waiting = said.id === undefined ? undefined : asked.get(said.id);
    if (said.id === undefined || !waiting) return;
    asked.delete(said.id);
    if (said.error === undefined) waiting.resolve(said.answer);
    else waiting.reject(new Error(said.error));
  });
  const exited = new Promise<void>((resolve) => {
    child.on('exit', (code, signal) => {
      for (const { reject } of asked.values())
        reject(
          new Error(
            `the contender’s process ended (${signal ?? code}) while asked to ${[...asked.values()].map(({ act }) => act).join(', ')}`,
          ),
        );
      resolve();
    });
  });
  return {
    ask(act, ...by) {
      return new Promise((resolve, reject) => {
        const id = ++ids;
        asked.set(id, { act, resolve: resolve as (answer: unknown) => void, reject });
        child.send({ id, act, by: by[0] });
      }) as never;
    },
    get count() {
      return count;
    },
    async leave() {
      child.disconnect();
      await exited;
    },
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
