/** What the page's chart asks for. */
import { Controller, Get } from '@nestjs/common';
import { Activity, STEP_SECONDS, type Step } from './activity.js';

@Controller('activity')
export class ActivityController {
  constructor(private readonly activity: Activity) {}

  @Get()
  lastMinutes(): { stepSeconds: number; steps: Step[] } {
    return { stepSeconds: STEP_SECONDS, steps: this.activity.lastSteps() };
  }
}
