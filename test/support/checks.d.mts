export function keep(
  checks: readonly (readonly [promise: string, check: () => unknown])[],
  afterwards: () => Promise<unknown>,
): Promise<void>;
