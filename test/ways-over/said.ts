/** What the apps print: each line once, and an end when all that was expected was said. */
const lines = new Set<string>();
let told = (): void => {};

export function say(line: string): void {
  if (!lines.has(line)) console.log(line);
  lines.add(line);
  told();
}

/** Resolves when so many different lines were said. */
export const said = (count: number): Promise<void> =>
  new Promise((resolve) => {
    told = () => lines.size >= count && resolve();
    told();
  });
