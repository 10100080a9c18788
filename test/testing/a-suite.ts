/** What a user's suite does: a testing module over a given database, with its tester. */
import type { ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { ProgrammaService } from 'programma';
import { ProgrammaTester, ProgrammaTestingModule } from 'programma/testing';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase, type Database } from '../support/database.js';

export interface Suite {
  app: TestingModule;
  jobs: ProgrammaService;
  tester: ProgrammaTester;
}

let database: Promise<Database> | undefined;
export const theDatabase = (): Promise<Database> => {
  database ??= aDatabase({ empty: true });
  return database;
};

export async function aSuite(
  providers: NonNullable<ModuleMetadata['providers']>,
  options: Parameters<typeof ProgrammaTestingModule.forRoot>[0] = {},
): Promise<Suite> {
  const connectionString = (await theDatabase()).url;
  const app = await Test.createTestingModule({
    imports: [ProgrammaTestingModule.forRoot({ connectionString, ...options })],
    providers,
  }).compile();
  await app.init();
  atTheEnd(() => app.close());
  return { app, jobs: app.get(ProgrammaService), tester: app.get(ProgrammaTester) };
}
