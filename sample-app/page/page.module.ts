/** The page that shows it all. Its files in `public` know nothing of Nest: they ask the two controllers. */
import { Module } from '@nestjs/common';
import { ActivityController } from './activity.controller.js';
import { Activity } from './activity.js';
import { JobsController } from './jobs.controller.js';

@Module({ controllers: [JobsController, ActivityController], providers: [Activity] })
export class PageModule {}
