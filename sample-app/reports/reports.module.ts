/** A report that comes again and again. */
import { Module } from '@nestjs/common';
import { Report } from './report.js';

@Module({ providers: [Report] })
export class ReportsModule {}
