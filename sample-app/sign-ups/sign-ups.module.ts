/** People sign up, and get a mail a little while after. */
import { Module } from '@nestjs/common';
import { Mailer } from './mailer.js';
import { SignUpsController } from './sign-ups.controller.js';
import { SignUps } from './sign-ups.js';

@Module({ controllers: [SignUpsController], providers: [SignUps, Mailer] })
export class SignUpsModule {}
