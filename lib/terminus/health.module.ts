/** Provides the indicator to whoever imports it. */
import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ProgrammaHealthIndicator } from './programma.health.js';

@Module({ imports: [TerminusModule], providers: [ProgrammaHealthIndicator], exports: [ProgrammaHealthIndicator] })
export class ProgrammaHealthModule {}
