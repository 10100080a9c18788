/** Applications that do not come to be, each in its own way; the process should then end by itself. */
import 'reflect-metadata';
import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { ProcessJob, ProgrammaModule } from 'programma';

const { URL: connectionString, HOW: how } = process.env;
const badPassword = new URL(connectionString ?? '');
badPassword.username = 'nobody-of-this-name';

@Injectable()
class Failing implements OnModuleInit {
  onModuleInit() {
    if (how === "a user's own hook") throw new Error('on purpose');
  }

  @ProcessJob('x', how === 'faulty' ? { instance: 'nowhere' } : {})
  run() {}
}

const options =
  how === 'unreachable'
    ? { host: '127.0.0.1', port: 1 }
    : { connectionString: how === 'wrong password' ? badPassword.href : connectionString };

@Module({ imports: [ProgrammaModule.forRoot({ ...options, logger: false })], providers: [Failing] })
class AppModule {}

if (how === 'compile only') {
  await Test.createTestingModule({ imports: [AppModule] }).compile();
} else {
  const failed = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false }).then(
    () => false,
    () => true,
  );
  if (!failed) process.exit(1);
}
