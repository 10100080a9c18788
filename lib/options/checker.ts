/** Looks at what was said, value by value, and collects every fault. */
import { didYouMean } from '../base/suggest.js';

export class Checker {
  readonly problems: string[] = [];

  fault(problem: string): void {
    this.problems.push(problem);
  }

  keys(path: string, said: object, known: readonly string[]): void {
    for (const [key, value] of Object.entries(said))
      if (!known.includes(key) && value !== undefined)
        this.fault(`unknown option "${path}${key}"${didYouMean(key, known)}`);
  }

  object<K extends string>(name: string, said: unknown, known: readonly K[]): Partial<Record<K, unknown>> {
    if (said === undefined) return {};
    if (said === null || typeof said !== 'object' || Array.isArray(said)) {
      this.fault(`${name}: is not an object with ${known.join(', ')}`);
      return {};
    }
    this.keys(`${name}.`, said, known);
    return said as Partial<Record<K, unknown>>;
  }

  flag(name: string, said: unknown, otherwise: boolean): boolean {
    if (said === undefined) return otherwise;
    if (typeof said !== 'boolean') this.fault(`${name}: ${show(said)} is not true or false`);
    return Boolean(said);
  }

  number(name: string, said: unknown, otherwise: number, min: number, max: number, unit = ''): number {
    if (said === undefined) return otherwise;
    if (typeof said === 'number' && said >= min && said <= max) return said;
    this.fault(`${name}: ${show(said)} is not a number${unit && ` of ${unit}`} (${min} to ${max})`);
    return otherwise;
  }

  whole(name: string, said: unknown, otherwise: number, min: number, max: number): number {
    if (said === undefined || (Number.isInteger(said) && (said as number) >= min && (said as number) <= max))
      return (said as number | undefined) ?? otherwise;
    this.fault(`${name}: ${show(said)} is not a whole number (${min} to ${max})`);
    return otherwise;
  }
}

export const show = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value) : String(value).slice(0, 60);
