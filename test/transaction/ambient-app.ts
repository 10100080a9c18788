/**
 * An application on @nestjs-cls/transactional, in a process of its own: nestjs-cls 6 requires Nest 12, which is ESM, and
 * Node 20 can do that where Jest cannot. It says what is there in the end.
 */
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClsPluginTransactional, Propagation, Transactional, TransactionHost } from '@nestjs-cls/transactional';
import { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { ClsModule } from 'nestjs-cls';
import { DataSource } from 'typeorm';
import { ProgrammaModule, ProgrammaService } from '../../dist/index.js';
import { fromTypeOrm } from '../../dist/transaction/typeorm.js';
import { RolledBack } from './orm.js';

type Host = TransactionHost<TransactionalAdapterTypeOrm>;

@Injectable()
class Shop {
  constructor(
    private readonly jobs: ProgrammaService,
    private readonly host: TransactionHost,
  ) {}

  /** Without a transaction of its own. */
  async tell(topic: string): Promise<string> {
    await (this.host as Host).tx.query('insert into orders (name) values ($1)', [topic]);
    return this.jobs.addJob(topic);
  }

  @Transactional()
  async place(topic: string, { thenThrow = false } = {}): Promise<string> {
    const id = await this.tell(topic);
    if (thenThrow) throw new RolledBack();
    return id;
  }

  @Transactional()
  async placeAndCancel(topic: string, cancelled: string): Promise<void> {
    await this.jobs.cancelJob(cancelled);
    await this.jobs.addJobs([{ topic }, { topic }]);
    await this.jobs.addJob(`${topic}.audit`, {}, { tx: null });
    throw new RolledBack();
  }

  @Transactional(Propagation.Required)
  async placeWithPart(topic: string): Promise<void> {
    await this.tell(`${topic}.outer`);
    await this.part(topic).catch(() => undefined);
  }

  @Transactional(Propagation.Nested)
  private async part(topic: string): Promise<void> {
    await this.tell(`${topic}.inner`);
    throw new RolledBack();
  }
}

type Ambient = (host: Host) => ReturnType<typeof fromTypeOrm> | undefined;
const { DATABASE_URL: url } = process.env;

async function appWith(transaction: Ambient) {
  @Module({
    providers: [
      { provide: DataSource, useFactory: () => new DataSource({ type: 'postgres', url: String(url) }).initialize() },
    ],
    exports: [DataSource],
  })
  class Data {}
  const adapter = new TransactionalAdapterTypeOrm({ dataSourceToken: DataSource });
  @Module({
    imports: [
      Data,
      ClsModule.forRoot({ global: true, plugins: [new ClsPluginTransactional({ imports: [Data], adapter })] }),
      ProgrammaModule.forRootAsync({
        inject: [TransactionHost],
        useFactory: (host: Host) => ({
          connectionString: url,
          logger: false as const,
          transaction: () => transaction(host),
        }),
      }),
    ],
    providers: [Shop],
  })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
  const jobs = app.get(ProgrammaService);
  return {
    shop: app.get(Shop),
    jobs,
    states: async (topic: string) => (await jobs.listJobs({ topic })).jobs.map(({ state }) => state),
    close: () => app.close(),
  };
}

const say = (event: string, facts: unknown) => console.log(JSON.stringify({ event, facts }));
const failing = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing',
    (error: Error) => error.constructor.name,
  );

const { shop, jobs, states, close } = await appWith((host) =>
  host.isTransactionActive() ? fromTypeOrm(host.tx) : undefined,
);
await shop.place('committed');
const error = await failing(shop.place('rolled-back', { thenThrow: true }));
say('joined', { error, committed: await states('committed'), rolledBack: await states('rolled-back') });

await shop.tell('alone');
say('alone', await states('alone'));

const kept = await jobs.addJob('kept', { runAfterSeconds: 3600 });
await failing(shop.placeAndCancel('many', kept));
say('many', { kept: await states('kept'), many: await states('many'), audit: await states('many.audit') });

await shop.placeWithPart('nested');
say('nested', { outer: await states('nested.outer'), inner: await states('nested.inner') });
await close();

const careless = await appWith((host) => fromTypeOrm(host.tx));
const refusal = await failing(careless.shop.tell('unnoticed'));
await careless.shop.place('noticed');
say('careless', {
  refusal,
  unnoticed: await careless.states('unnoticed'),
  noticed: await careless.states('noticed'),
});
await careless.close();
