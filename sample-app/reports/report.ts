/** Shows a job that adds its own next run, once, however many processes there are. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Job, ProcessJob, ProgrammaService } from 'programma';
import { v5 } from 'uuid';
import { appConfig } from '../config.js';

/** Any uuid: names the family of ids below. */
const REPORTS = 'f1d0a3a4-5d0b-4c6e-9d0c-2f6f1f6f7a11';

@Injectable()
export class Report implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: ProgrammaService,
    @Inject(appConfig.KEY) private readonly config: ConfigType<typeof appConfig>,
  ) {}

  onApplicationBootstrap(): Promise<string> {
    return this.addNext();
  }

  @ProcessJob('report')
  async write(job: Job): Promise<Record<string, number>> {
    await this.addNext();
    const topics = await this.jobs.topics();
    const counts: Record<string, number> = {};
    for (const [at, { topic }] of topics.entries()) {
      const { jobs } = await this.jobs.listJobs({ topic, state: 'completed', limit: 1_000 });
      counts[topic] = jobs.length;
      await job.progress((at + 1) / topics.length);
      await sleep(600, undefined, { signal: job.signal });
    }
    return counts;
  }

  /** The id is made of the moment: whoever adds the same run again adds nothing. */
  private addNext(): Promise<string> {
    const everyMs = this.config.reportEverySeconds * 1_000;
    const next = new Date((Math.floor(Date.now() / everyMs) + 1) * everyMs);
    return this.jobs.addJob('report', { id: v5(next.toISOString(), REPORTS), runAfterDate: next });
  }
}
