/** Notes what must be undone when a spec file has ended, after its last `afterAll`, so that nothing leaks. */
export function atTheEnd(act: () => Promise<unknown>): void {
  (globalThis as unknown as { undo: (() => Promise<unknown>)[] }).undo.push(act);
}
