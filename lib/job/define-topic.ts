/** `defineTopic`: a topic that says what its jobs carry, to the compiler and, with a schema, to every job. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { InvalidPayloadError } from '../base/errors.js';
import { checkTopic } from './topic.js';

type Schema<Input, Output> = StandardSchemaV1<Input, Output>;

/** Made by `defineTopic`. @typeParam I what addJob takes @typeParam O what the handler gets */
export class Topic<I = unknown, O = I> {
  /** Only for the compiler: there is nothing here. */
  declare readonly '~types': { readonly input: I; readonly output: O };

  constructor(
    readonly name: string,
    readonly schema?: Schema<I, O> | undefined,
  ) {
    checkTopic(name);
    const validate: unknown = schema?.['~standard']?.validate;
    if (schema !== undefined && typeof validate !== 'function')
      throw new TypeError(
        `defineTopic('${name}', schema): the schema does not follow Standard Schema, as those of zod, valibot and arktype do`,
      );
  }

  toString(): string {
    return this.name;
  }
}

/** What the handler of a topic gets: `Job<PayloadOf<typeof InvoiceDue>>`. */
export type PayloadOf<T extends Topic> = T['~types']['output'];

/**
 * A topic with a type. With a schema (any that follows Standard Schema: zod, valibot, arktype …) payloads are checked
 * before they are written and before the handler gets them; what a schema makes of a payload is what the handler gets.
 *
 * @example
 * const Welcome = defineTopic<{ userId: number }>('mail.welcome');
 * const InvoiceDue = defineTopic('invoice.due', z.object({ id: z.uuid(), cents: z.coerce.number() }));
 */
export function defineTopic<T>(name: string): Topic<T>;
export function defineTopic<S extends StandardSchemaV1>(
  name: string,
  schema: S,
): Topic<StandardSchemaV1.InferInput<S>, StandardSchemaV1.InferOutput<S>>;
export function defineTopic(name: string, schema?: StandardSchemaV1): Topic {
  return new Topic(name, schema);
}

export const nameOf = (topic: string | Topic): string => (topic instanceof Topic ? topic.name : topic);

/**
 * What the topic's schema makes of a payload as it is stored: JSON's word of it.
 * @throws InvalidPayloadError, and whatever the schema throws itself
 */
export async function checkPayload<O>(topic: Topic<unknown, O>, payload: unknown): Promise<O> {
  if (!topic.schema) return payload as O;
  const result = await topic.schema['~standard'].validate(payload);
  if (result.issues) throw new InvalidPayloadError(topic.name, result.issues.map(issueText));
  return result.value;
}

function issueText({ message, path }: StandardSchemaV1.Issue): string {
  const where = (path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
  return where ? `${where}: ${message}` : message;
}
