/** What the app says in the terminal: its own lines and Programma's, not how Nest puts itself together. */
import { ConsoleLogger } from '@nestjs/common';

const NESTS_OWN = ['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication'];

export class AppLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (!NESTS_OWN.includes(String(rest.at(-1)))) super.log(message, ...rest);
  }
}
