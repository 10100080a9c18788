/** What a topic may be called, and the patterns that name several. */
import { InvalidJobError } from '../base/errors.js';

export const MAX_TOPIC_LENGTH = 200;

/** @throws InvalidJobError when it is no name for a topic */
export function checkTopic(topic: unknown): string {
  const fault = topicFault(topic);
  if (fault) throw new InvalidJobError(fault);
  return topic as string;
}

export function topicFault(topic: unknown): string | undefined {
  if (typeof topic !== 'string') return `a topic is a string, not ${topic === null ? 'null' : typeof topic}`;
  if (topic === '') return 'a topic cannot be empty';
  // As PostgreSQL counts: a character beyond U+FFFF is one, and two in a string's length.
  const length = topic.length > MAX_TOPIC_LENGTH ? [...topic].length : topic.length;
  if (length > MAX_TOPIC_LENGTH)
    return `the topic "${topic.slice(0, 40)}…" has ${length} characters; the limit is ${MAX_TOPIC_LENGTH}`;
  if (topic.includes('\u0000') || !topic.isWellFormed())
    return `the topic ${JSON.stringify(topic)} has a character that PostgreSQL cannot keep`;
  return undefined;
}

/** Whether the topic fits the pattern, in which `*` stands for any run of characters. */
export function matches(pattern: string, topic: string): boolean {
  if (!pattern.includes('*')) return pattern === topic;
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (topic.length < first.length + last.length || !topic.startsWith(first) || !topic.endsWith(last)) return false;
  let from = first.length;
  const end = topic.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const at = topic.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
