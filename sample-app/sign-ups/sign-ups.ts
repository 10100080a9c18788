/** Shows a job for later: who signs up gets a welcome mail, but not at once. */
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { ProgrammaService } from 'programma';
import { appConfig } from '../config.js';

export interface WelcomeMail {
  email: string;
}

@Injectable()
export class SignUps {
  constructor(
    private readonly jobs: ProgrammaService,
    @Inject(appConfig.KEY) private readonly config: ConfigType<typeof appConfig>,
  ) {}

  /** @returns the job's id */
  async signUp(email: string): Promise<string> {
    return this.jobs.addJob<WelcomeMail>('mail.welcome', {
      data: { email },
      runAfterSeconds: this.config.welcomeAfterSeconds,
    });
  }
}
