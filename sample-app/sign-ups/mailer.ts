/** Shows a handler: sends welcome mails, or would if it knew a mail server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Job, ProcessJob } from 'programma';
import type { WelcomeMail } from './sign-ups.js';

@Injectable()
export class Mailer {
  private readonly logger = new Logger(Mailer.name);

  @ProcessJob('mail.welcome')
  async welcome(job: Job<WelcomeMail>): Promise<{ sentTo: string }> {
    // At shutdown the signal ends the waiting, and the job goes back into the queue.
    await sleep(1_200, undefined, { signal: job.signal });
    this.logger.log(`welcome, ${job.data.email}`);
    return { sentTo: job.data.email };
  }
}
