/** Chance that can be repeated: the same seed gives the same choices. */

export class Chance {
  constructor(private state: number) {}

  /** From 0 up to 1 (mulberry32, a public-domain generator by Tommy Ettinger). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  is(probability: number): boolean {
    return this.next() < probability;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  of<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('Nothing to choose from.');
    return list[this.below(list.length)] as T;
  }

  /** Up to n different ones. */
  some<T>(list: readonly T[], n: number): T[] {
    const left = [...list];
    const chosen: T[] = [];
    for (let i = 1 + this.below(n); i > 0 && left.length > 0; i--)
      chosen.push(...left.splice(this.below(left.length), 1));
    return chosen;
  }

  id(): string {
    const hex = (n: number) =>
      this.below(16 ** n)
        .toString(16)
        .padStart(n, '0');
    return `${hex(8)}-${hex(4)}-7${hex(3)}-8${hex(3)}-${hex(6)}${hex(6)}`;
  }
}
