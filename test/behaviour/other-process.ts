/** Another process on the same database: it does what `DO` says, with the built package, and ends by itself. */
const url = new URL('../../dist/engine.js', import.meta.url);
const { Programma } = (await import(url.href)) as typeof import('../../lib/engine.js');

const { DB, DO, TOPIC = 'topic', OPTIONS = '{}', DELAYS = '[0]', URLS = '{}' } = process.env;
const say = (event: string, details: object = {}) => console.log(JSON.stringify({ event, ...details }));
const programma = new Programma({ connectionString: DB, heartBeat: 60, logger: false, ...JSON.parse(OPTIONS) });

const acts: Record<string, () => Promise<void>> = {
  async add() {
    await programma.start();
    for (const runAfterSeconds of JSON.parse(DELAYS) as number[]) await programma.addJob(TOPIC, { runAfterSeconds });
    say('added', { at: Date.now() });
    await programma.shutdown();
  },

  /** Takes a job and never ends it. */
  async hang() {
    programma.processJobs({ topicName: TOPIC }, (job) => {
      say('took', { id: job.id });
      return new Promise(() => undefined);
    });
    await programma.start();
  },

  /** A whole life: everything that could keep a process alive was used once. */
  async live() {
    programma.on('error', () => undefined);
    const handler = programma.processJobs({ topicName: TOPIC, completion: 'auto', timeoutSeconds: 600 }, () => 'done');
    await programma.start();
    const id = await programma.addJob(TOPIC);
    await programma.addJob(TOPIC, { runAfterSeconds: 3_000 });
    await programma.waitForJob(id);
    await programma.topics();
    await handler.stop();
    await programma.shutdown();
    say('down');
  },

  /** Tries to start at each of these addresses. */
  async start() {
    await Promise.all(Object.entries(JSON.parse(URLS) as Record<string, string>).map(startAt));
  },
};

async function startAt([where, connectionString]: [string, string]): Promise<void> {
  const began = Date.now();
  const warned: string[] = [];
  const logger = { error: () => {}, warn: (text: string) => warned.push(text), log: () => {}, debug: () => {} };
  try {
    await new Programma({ connectionString, logger }).start();
    say('started', { where });
  } catch (error) {
    const { name, message, code, cause } = error as Error & { code?: string };
    const ms = Date.now() - began;
    say('failed', { where, name, message, code, cause: String((cause as Error | undefined)?.message), ms, warned });
  }
}

await acts[DO ?? '']?.();
