/** The app under test: as small as one can be, with a job, a later job, and what recurs. */
import { Injectable } from '@nestjs/common';
import { Job, ProcessJob, ProgrammaService, RecurringJob } from 'programma';

@Injectable()
export class Mailer {
  readonly sent: string[] = [];

  constructor(private readonly jobs: ProgrammaService) {}

  async signUp(name: string) {
    await this.jobs.addJob('mail.welcome', { data: { name } });
    await this.jobs.addJob('mail.reminder', { data: { name }, runAfterSeconds: 3 * 86_400 });
  }

  @ProcessJob('mail.welcome')
  welcome(job: Job<{ name: string }>) {
    this.sent.push(`welcome ${job.data.name}`);
    return { sentTo: job.data.name };
  }

  @ProcessJob('mail.reminder')
  remind(job: Job<{ name: string }>) {
    this.sent.push(`reminder ${job.data.name}`);
  }

  @RecurringJob('mail.digest', '0 7 * * 1', { timeZone: 'Europe/Berlin' })
  digest(job: Job) {
    this.sent.push(`digest ${job.tick?.getUTCDay()}`);
  }
}
