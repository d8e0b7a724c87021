import type { z } from 'zod';
import { mostBatchBytes } from '../enrolments/check-rows';
import { readBytes } from '../webhooks/read-bytes';
import { problem } from './answer';
import { type Parsed, parseWith } from './requests';

/** A request's body as it comes in. */
export type Body = AsyncIterable<Uint8Array> | null;

/** @returns all of it, or 413 when it is longer than any request need be. */
export async function wholeBody(body: Body): Promise<Parsed<Buffer>> {
  const bytes = await readBytes(body, mostBatchBytes);
  if (bytes) return { ok: true, value: bytes };
  const title = `The body may have ${mostBatchBytes} bytes at the most`;
  return { ok: false, answer: problem({ status: 413, title, detail: `${title}; send it in parts` }) };
}

/**
 * The JSON that a body holds; an empty one stands for `{}`. What is not UTF-8 is refused: read all the same, names
 * would go on to others with holes in them.
 * @param advice what to do instead, where something else is taken too.
 */
export function jsonOf(bytes: Uint8Array, advice = 'send JSON'): Parsed<unknown> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return {
      ok: false,
      answer: noJson('The body is not UTF-8, as JSON has to be; encode it so, and send it uncompressed'),
    };
  }
  try {
    return { ok: true, value: text.trim() === '' ? {} : JSON.parse(text) };
  } catch {
    return { ok: false, answer: noJson(`The body cannot be read as JSON; ${advice}`) };
  }
}

const noJson = (detail: string) => problem({ status: 400, title: 'The body is not valid JSON', detail });

/** What a body asks for. */
export async function parseBody<T>(schema: z.ZodType<T>, body: Body): Promise<Parsed<T>> {
  const bytes = await wholeBody(body);
  if (!bytes.ok) return bytes;
  const json = jsonOf(bytes.value);
  return json.ok ? parseWith(schema, json.value) : json;
}
