/** Shows the verbs about jobs: lists them by state, gives one with its history, and moves it. */
import { BadRequestException, Controller, Get, NotFoundException, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { type JobRecord, type JobState, ProgrammaService, STATES } from 'programma';

interface Column {
  state: JobState;
  jobs: JobRecord[];
  /** There are more than these. */
  more: boolean;
}

@Controller('jobs')
export class JobsController {
  private readonly moves: Readonly<Record<string, (id: string) => Promise<boolean>>> = {
    retry: (id) => this.jobs.retryJob(id),
    cancel: (id) => this.jobs.cancelJob(id),
    'run-now': (id) => this.jobs.runJobNow(id),
  };

  constructor(private readonly jobs: ProgrammaService) {}

  @Get()
  byState(): Promise<Column[]> {
    return Promise.all(
      STATES.map(async (state) => {
        const { jobs, next } = await this.jobs.listJobs({ state, limit: 40 });
        return { state, jobs, more: Boolean(next) };
      }),
    );
  }

  @Get(':id')
  async one(@Param('id', ParseUUIDPipe) id: string): Promise<JobRecord> {
    const job = await this.jobs.getJob(id);
    if (!job) throw new NotFoundException(`there is no job ${id}`);
    return job;
  }

  @Post(':id/:move')
  async move(@Param('id', ParseUUIDPipe) id: string, @Param('move') move: string): Promise<{ changed: boolean }> {
    const act = this.moves[move];
    if (!act) throw new BadRequestException(`${move}: one of ${Object.keys(this.moves).join(', ')}`);
    return { changed: await act(id) };
  }
}
