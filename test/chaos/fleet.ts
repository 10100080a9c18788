/** The processes of a run: each keeps a journal, and whoever dies is followed by another. */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Chance } from './chance.js';
import { nowMicros } from './now.js';
import type { Scene } from './scene.js';

/** What a blow can meet in flight, and the statements that are meant. */
export const ACTS = {
  add: ['insert-jobs', 'insert-claimed-jobs'],
  claim: ['claim-jobs'],
  settle: ['settle-jobs'],
} as const;
export type Act = keyof typeof ACTS;

export class Member {
  readonly journal: string;
  died: number | undefined;
  /** Since when it works. */
  since: number | undefined;
  stopped = false;
  /** How it ended, when nobody struck it. */
  lastWords = '';
  readonly ended: Promise<void>;
  private readonly child: ChildProcess;
  private readonly inFlight = new Map<string, string>();
  private readonly runsEnded: string[] = [];
  private file: number | undefined;
  private rest = '';
  private readonly bytes = Buffer.alloc(1 << 16);

  constructor(
    readonly name: string,
    scene: Scene,
    env: Record<string, string>,
  ) {
    this.journal = join(scene.folder, name);
    const orphan = fileURLToPath(new URL('../support/orphan.mjs', import.meta.url));
    this.child = spawn(process.execPath, ['--import', orphan, scene.program], {
      env: {
        ...process.env,
        ENGINE: scene.engine,
        DATABASE: scene.proxy.url,
        WITNESS: scene.witness.url,
        NAME: name,
        JOURNAL: this.journal,
        ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.stdin?.on('error', () => undefined);
    this.child.stderr?.on('data', (text) => {
      this.lastWords = (this.lastWords + String(text)).slice(-4_000);
    });
    if (this.child.stdout)
      createInterface({ input: this.child.stdout }).on('line', () => {
        this.since ??= nowMicros();
      });
    this.ended = new Promise((resolve) =>
      this.child.once('exit', (code, signal) => {
        this.died = nowMicros();
        this.lastWords += `(${signal ?? code})`;
        resolve();
      }),
    );
  }

  get ready(): boolean {
    return this.since !== undefined;
  }

  get alive(): boolean {
    return this.died === undefined;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Whether such a statement of it is in flight, as far as its journal says by now. */
  has(act: Act): boolean {
    this.readOn();
    const statements: readonly string[] = ACTS[act];
    return [...this.inFlight.values()].some((kind) => statements.includes(kind));
  }

  /** Those of its runs whose handlers have ended, as far as its journal says by now. */
  endedRuns(): readonly string[] {
    this.readOn();
    return this.runsEnded;
  }

  private readOn(): void {
    try {
      this.file ??= openSync(this.journal, 'r');
    } catch {
      return;
    }
    for (let n = 1; n > 0; ) {
      n = readSync(this.file, this.bytes, 0, this.bytes.length, null);
      this.rest += this.bytes.toString('latin1', 0, n);
    }
    const lines = this.rest.split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const [what, id = '', , kind = ''] = line.split(' ');
      if (what === '+') this.inFlight.set(id, kind);
      else if (what === '-') this.inFlight.delete(id);
      else if (what === 'ended') this.runsEnded.push(id);
    }
  }
}

export class Fleet {
  readonly members: Member[] = [];
  /** Processes that ended although nobody had struck them. */
  readonly diedByThemselves: string[] = [];
  private readonly struck = new Set<Member>();
  private open = true;
  /** When this file is there, nobody adds anything. */
  private readonly quiet: string;

  constructor(
    private readonly scene: Scene,
    private readonly chance: Chance,
    private readonly env: Record<string, string>,
  ) {
    this.quiet = join(scene.folder, 'quiet');
  }

  get alive(): Member[] {
    return this.members.filter((member) => member.alive);
  }

  /** One more; when it dies, another one comes in its place. */
  add(): void {
    const seed = String(this.chance.whole(0, 2 ** 31));
    const env = { ...this.env, SEED: seed, QUIET: this.quiet };
    const member = new Member(`p${this.members.length + 1}`, this.scene, env);
    this.members.push(member);
    void member.ended.then(async () => {
      // Some jobs kill their process: that is SIGKILL, and no fault.
      if (!this.struck.has(member) && !member.lastWords.endsWith('(SIGKILL)'))
        this.diedByThemselves.push(`${member.name}: ${member.lastWords}`);
      await sleep(100);
      if (this.open) this.add();
    });
  }

  strike(member: Member): void {
    this.struck.add(member);
  }

  async untilReady(): Promise<void> {
    while (this.alive.some((member) => !member.ready)) await sleep(20);
  }

  /** Nothing is added any more, by nobody who comes either. */
  hush(): void {
    writeFileSync(this.quiet, '');
  }

  async end(): Promise<void> {
    this.open = false;
    for (const member of this.alive) {
      this.struck.add(member);
      member.kill('SIGTERM');
    }
    const late = setTimeout(() => {
      for (const member of this.alive) member.kill('SIGKILL');
    }, 30_000);
    await Promise.all(this.members.map((member) => member.ended));
    clearTimeout(late);
  }
}
