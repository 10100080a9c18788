/** Shows the same by hand, as the first brief of Programma wrote it: schedule here, let Bull work, track it in SQL. */
import {
  type BeforeApplicationShutdown,
  Body,
  Controller,
  HttpException,
  Injectable,
  type OnApplicationBootstrap,
  Post,
} from '@nestjs/common';
import { IsString } from 'class-validator';
import { type IReceiveJob, ProgrammaService } from 'programma';
import { Bull, redisUrl } from './redis.js';

class NewEmail {
  @IsString()
  email!: string;
}

@Injectable()
export class EmailsInBull implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly queue = Bull && new Bull('sample-app-emails', redisUrl);

  constructor(private readonly programma: ProgrammaService) {}

  onApplicationBootstrap(): void {
    const { programma, queue } = this;
    if (!queue) return;
    queue.on('error', () => undefined);

    programma.processJobs({ topicName: 'sendEmail', heartBeat: 10 }, async (job: IReceiveJob) => {
      // all the good things that Bull provides to try the work again
      await queue.add(
        { id: job.id, data: job.data, attributes: job.attributes },
        { attempts: 3, backoff: 200, timeout: 15_000 },
      );
      // not moved, it would come back after retryAfterSeconds
      await programma.moveJobToProcessing(job.id, { by: 'bull', timeoutSeconds: 3_600 });
    });

    void queue.process(async ({ data: { id, data } }) => {
      if (!data.email.includes('@')) throw new Error(`"${data.email}" is no address`);
      await programma.moveJobToDone(id);
    });

    // the last of its tries
    queue.on('failed', async (job, error) => {
      if (job.attemptsMade < (job.opts.attempts ?? 1)) return;
      await programma.addToAttributes(job.data.id, 'error', error.message);
      await programma.moveJobToFailed(job.data.id, { error });
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.queue?.close();
  }
}

@Controller('emails')
export class EmailsController {
  constructor(private readonly programma: ProgrammaService) {}

  @Post()
  async add(@Body() { email }: NewEmail): Promise<{ job: string }> {
    if (!Bull) throw new HttpException('There is no Redis, or no package "bull": nobody would send it.', 503);
    return { job: await this.programma.addJob('sendEmail', { data: { email }, retryAfterSeconds: 60 }) };
  }
}
