import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClsPluginTransactional, Transactional, TransactionHost } from '@nestjs-cls/transactional';
import { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { ClsModule } from 'nestjs-cls';
import { ProgrammaModule, ProgrammaService } from 'programma';
import { fromTypeOrm } from 'programma/transaction/typeorm';
import { DataSource } from 'typeorm';

const url = String(process.env.DATABASE_URL);
type Host = TransactionHost<TransactionalAdapterTypeOrm>;

@Injectable()
class Orders {
  constructor(
    private readonly jobs: ProgrammaService,
    private readonly host: TransactionHost,
  ) {}

  /** No tx is passed on: the job is part of the transaction that the method stands in. */
  @Transactional()
  async place(name: string, paid: boolean): Promise<string> {
    await (this.host as Host).tx.query('insert into orders (name) values ($1)', [name]);
    const job = await this.jobs.addJob('order.placed', { data: { name } });
    if (!paid) throw new Error('the card was refused');
    return job;
  }
}

const dataSource = { provide: DataSource, useFactory: () => new DataSource({ type: 'postgres', url }).initialize() };
@Module({ providers: [dataSource], exports: [DataSource] })
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
        // Outside of a transaction, host.tx is the fallback: the DataSource's own manager.
        transaction: () => (host.isTransactionActive() ? fromTypeOrm(host.tx) : undefined),
      }),
    }),
  ],
  providers: [Orders],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
await app.get(DataSource).query('create table orders (id serial primary key, name text not null)');
const jobs = app.get(ProgrammaService);

await app
  .get(Orders)
  .place('a book', false)
  .catch((error: Error) => console.log(error.message));
await app.get(Orders).place('a bicycle', true);
console.log((await jobs.listJobs({ topic: 'order.placed' })).jobs.map((job) => job.data));
await app.close();
