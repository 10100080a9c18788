/** What PostgreSQL can keep as JSON and text: user input is refused, the engine's own words are cleaned. */
import { InvalidJobError } from '../base/errors.js';

export const MAX_JSON_BYTES = 16 * 1024 * 1024;
export const MAX_JSON_DEPTH = 1_000;

// JSON.stringify writes U+0000 and lone surrogates as escapes; an even number of backslashes before one means that
// the text itself says "\u0000".
const UNKEEPABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i;
const EVERY_UNKEEPABLE = new RegExp(UNKEEPABLE, 'gi');

/**
 * The JSON text of a payload.
 * @param what names it in the error: `data of a job for "mail.welcome"`
 * @throws InvalidJobError when it cannot be kept as it is
 */
export function toJson(value: unknown, what: string): string {
  const json = stringify(value, what);
  if (json.includes('\\u') && UNKEEPABLE.test(json))
    throw new InvalidJobError(
      `${what} has a string with U+0000 or half of a surrogate pair, which PostgreSQL cannot keep in JSON. Remove it, or encode the string (base64).`,
    );
  // A byte is at least a UTF-16 unit's third, so most texts need no count.
  if (json.length * 3 > MAX_JSON_BYTES && Buffer.byteLength(json) > MAX_JSON_BYTES)
    throw new InvalidJobError(
      `${what} is ${(Buffer.byteLength(json) / 1024 / 1024).toFixed(1)} MB of JSON; the limit is 16 MB. Keep the large thing elsewhere and its address in the job.`,
    );
  if (json.length > MAX_JSON_DEPTH && depthOf(json) > MAX_JSON_DEPTH) throw tooDeep(what);
  return json;
}

function stringify(value: unknown, what: string): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (cause) {
    if (cause instanceof RangeError && cause.message.includes('call stack')) throw tooDeep(what, cause);
    throw new InvalidJobError(`${what} cannot be written as JSON: ${(cause as Error)?.message ?? cause}`, { cause });
  }
  if (json === undefined)
    throw new InvalidJobError(
      `${what} is ${typeof value}, which JSON has no word for. Give an object, or leave it out.`,
    );
  return json;
}

const tooDeep = (what: string, cause?: unknown): InvalidJobError =>
  new InvalidJobError(`${what} is nested more than ${MAX_JSON_DEPTH} levels deep. Flatten it.`, { cause });

function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const c = json.charCodeAt(i);
    if (inString) {
      if (c === 92) i++;
      else if (c === 34) inString = false;
    } else if (c === 34) inString = true;
    else if (c === 123 || c === 91) {
      if (++depth > deepest) deepest = depth;
    } else if (c === 125 || c === 93) depth--;
  }
  return deepest;
}

/** Text that PostgreSQL can keep: U+0000 and lone surrogates become U+FFFD. */
export const clean = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\uFFFD');

/**
 * The JSON text of something that must not be refused (a result, an error, a progress): what cannot be kept is
 * cleaned, and what cannot be written at all becomes a note that says so.
 */
export function toCleanJson(value: unknown): string {
  if (value === undefined) return 'null';
  try {
    return toJson(value, 'it');
  } catch {
    return cleaned(value);
  }
}

function cleaned(value: unknown): string {
  try {
    const json = JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? String(v) : v)) ?? 'null';
    // In the JSON text, so that keys are cleaned, too. What stands before the escape are backslashes of the text itself.
    return toJson(JSON.parse(json.replaceAll(EVERY_UNKEEPABLE, (found) => `${found.slice(0, -6)}\uFFFD`)), 'it');
  } catch (error) {
    return JSON.stringify({ notKept: reasonOf(error) });
  }
}

/** What was thrown is of the user's making, and may throw in its turn. */
function reasonOf(error: unknown): string {
  try {
    return clean(String(error instanceof Error ? error.message : error));
  } catch {
    return 'it throws when it is written';
  }
}
