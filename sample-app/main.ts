/** Starts the app: its database, Nest, and a page to look at. */
import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { Logger, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { AppLogger } from './app-logger.js';
import { database } from './database.js';
import { freePort } from './free-port.js';

const say = (line: string) => new Logger('sample-app').log(line);

const { url } = await database(say);
// config.ts reads it, as it would on a server.
process.env.DATABASE_URL = url;

const app = await NestFactory.create<NestExpressApplication>(AppModule, {
  logger: new AppLogger({ logLevels: ['log', 'warn', 'error'] }),
});
app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
app.useStaticAssets(fileURLToPath(new URL('page/public', import.meta.url)));
// Ctrl-C and SIGTERM then end the app in order: running jobs get their time, what waits stays in the database.
app.enableShutdownHooks();

const port = process.env.PORT ?? (await freePort(3000));
await app.listen(port);
say(`Open http://localhost:${port} and add a job. Ctrl-C stops the app; jobs that wait are there at the next start.`);
