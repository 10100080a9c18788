/** A suite on its own: an embedded server, a module over it, one job, and the end. */
import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { Test } from '@nestjs/testing';
import pg from 'pg';
import { ProgrammaService } from 'programma';
import { ProgrammaTester, ProgrammaTestingModule, startPostgres } from 'programma/testing';

const say = (event, more) => console.log(JSON.stringify({ event, ...more }));
const answers = (url) => {
  const client = new pg.Client(url);
  client.on('error', () => {});
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  );
};

const { url, data, stop, createDatabase } = await startPostgres();
say('started', { url, data });

const imports = [ProgrammaTestingModule.forRoot({ connectionString: await createDatabase() })];
const app = await Test.createTestingModule({ imports }).setLogger(false).compile();
app.get(ProgrammaService).processJobs({ topicName: 'double', completion: 'auto' }, (job) => job.data * 2);
await app.init();
say('performed', { result: await app.get(ProgrammaTester).perform('double', 21) });

// Without a connection, the module brings a server of its own.
const alone = await Test.createTestingModule({ imports: [ProgrammaTestingModule.forRoot()] })
  .setLogger(false)
  .compile();
await (await alone.init()).close();
await app.close();
await stop();
say('closed', { answers: await answers(url), there: existsSync(data) });
