/** Databases and schemas that are made for a while and thrown away. */
import type { Database } from './database.js';
import { quoted } from './schema.js';

export class Scratch {
  constructor(private readonly db: Database) {}

  async createDatabase(name: string): Promise<void> {
    // template0 is the one that nobody is connected to.
    await this.db.text(`create database ${quoted(name)} template template0`);
  }

  async dropSchema(name: string): Promise<void> {
    await this.db.text(`drop schema if exists ${quoted(name)} cascade`);
  }
}
