/** Guards, interceptors, pipes and filters around a handler. */
import { beforeEach, expect, it } from '@jest/globals';
import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import { isProgrammaContext, type Job, ProcessJob, ProgrammaContext } from 'programma';
import { map, type Observable, of } from 'rxjs';
import { anApp } from './an-app.js';

const trace: string[] = [];
beforeEach(() => {
  trace.length = 0;
});

@Injectable()
class Guard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext) {
    const only = this.reflector.get<string>('only', context.getHandler());
    const { topic, data } = ProgrammaContext.of(context).getJob<string>();
    trace.push(`guard of ${context.getClass().name}, ${context.getType<string>()} ${topic}`);
    return only === undefined || only === data;
  }
}

@Injectable()
class Around implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    trace.push(`around, ${ProgrammaContext.of(context).getPayload()}`);
    return next.handle().pipe(map((result) => ({ result })));
  }
}

@Catch()
class Forgiving implements ExceptionFilter {
  catch(error: Error, host: ArgumentsHost) {
    return `${error.message}: forgiven in ${host.getType()}`;
  }
}

@Injectable()
@UseGuards(Guard)
class Handlers {
  @UseInterceptors(Around)
  @ProcessJob('guarded')
  async guarded(job: Job<string>) {
    trace.push('handler');
    return job.data;
  }

  @SetMetadata('only', 'friends')
  @ProcessJob('only friends', { maxAttempts: 1 })
  onlyFriends() {
    return 'hello';
  }

  @UseFilters(Forgiving)
  @ProcessJob('failing', { maxAttempts: 1 })
  failing() {
    throw new Error('on purpose');
  }

  @ProcessJob('streaming')
  streaming() {
    return of(1, 2, 3);
  }
}

/** Such as applications have for their requests. */
@Injectable()
class Global implements CanActivate, NestInterceptor {
  canActivate(context: ExecutionContext) {
    trace.push('global guard');
    return isProgrammaContext(context);
  }
  intercept(_context: ExecutionContext, next: CallHandler) {
    trace.push('global interceptor');
    return next.handle();
  }
}
const globals = [
  { provide: APP_GUARD, useClass: Global },
  { provide: APP_INTERCEPTOR, useClass: Global },
  { provide: APP_FILTER, useClass: Forgiving },
];

it('applies guards and interceptors that stand on a handler and its class', async () => {
  const { run } = await anApp({ providers: [Handlers] });
  expect((await run('guarded', { data: 'data' })).result).toEqual({ result: 'data' });
  expect(trace).toEqual(['guard of Handlers, programma guarded', 'around, data', 'handler']);
});

it('fails the attempt that a guard refuses', async () => {
  const { run } = await anApp({ providers: [Handlers] });
  expect((await run('only friends', { data: 'friends' })).result).toBe('hello');
  expect(await run('only friends', { data: 'strangers' })).toMatchObject({
    state: 'failed',
    errors: [{ name: 'ForbiddenException' }],
  });
});

it('takes the last value of a stream as the result', async () => {
  const { run } = await anApp({ providers: [Handlers] });
  expect((await run('streaming')).result).toBe(3);
});

it('leaves filters alone, unless it is told otherwise', async () => {
  const { run } = await anApp({ providers: [Handlers] });
  expect(await run('failing')).toMatchObject({ state: 'failed', errors: [{ message: 'on purpose' }] });
  const forgiving = await anApp({ providers: [Handlers] }, { enhancers: { filters: true } });
  expect(await forgiving.run('failing')).toMatchObject({ result: 'on purpose: forgiven in programma' });
});

it('leaves what is global alone, unless it is told otherwise', async () => {
  const local = await anApp({ providers: [Handlers, ...globals] });
  expect(await local.run('guarded')).toMatchObject({ state: 'completed' });
  expect(trace).not.toContain('global guard');
  const global = await anApp({ providers: [Handlers, ...globals] }, { enhancers: { global: true, filters: true } });
  expect(await global.run('guarded')).toMatchObject({ state: 'completed' });
  expect(trace).toEqual(expect.arrayContaining(['global guard', 'global interceptor']));
});

it('never applies a global filter without `global`', async () => {
  @Injectable()
  class Bare {
    @ProcessJob('bare', { maxAttempts: 1 })
    run() {
      throw new Error('on purpose');
    }
  }
  const { run } = await anApp({ providers: [Bare, ...globals] }, { enhancers: { filters: true } });
  expect(await run('bare')).toMatchObject({ state: 'failed' });
});

it('says what it is not: ProgrammaContext refuses the context of a request', () => {
  const http = { getType: () => 'http' } as ArgumentsHost;
  expect(isProgrammaContext(http)).toBe(false);
  expect(() => ProgrammaContext.of(http)).toThrow('context of "http"');
});
