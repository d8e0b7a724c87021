import Ajv2020, { type AnySchema } from 'ajv/dist/2020';
import formats from 'ajv-formats';
import type { Answer } from '../../src/lib/api/answer';
import { getOpenApi } from '../../src/lib/api/openapi';

type Faults = (
  method: string,
  path: string,
  answer: { readonly status: number; readonly type: string; readonly content: unknown },
) => unknown[];

/** What a JSON Schema validator finds wrong with an answer, by an OpenAPI document. */
export function faultsBy(document: AnySchema): Faults {
  const ajv = formats(new Ajv2020({ strict: false, allErrors: true }));
  ajv.addSchema(document, 'served');
  return (method, path, { status, type, content }) => {
    const steps = ['paths', path, method, 'responses', String(status), 'content', type, 'schema'];
    const pointer = steps.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
    const validate = ajv.compile({
      $ref: `served#/${pointer.split('/').map(encodeURIComponent).join('/')}`,
    });
    validate(content);
    return validate.errors ?? [];
  };
}

/** The very text that is served. */
const faults = faultsBy(
  JSON.parse(getOpenApi('http://localhost:7071/api').body ?? '') as Record<string, unknown>,
);

/** Gives an answer on, held against what is described. @throws when the document knows no such answer. */
export function described(method: 'get' | 'post', path: string, answer: Answer): Answer {
  const [type = ''] = (answer.headers['content-type'] ?? '').split(';');
  const content: unknown = JSON.parse(answer.body ?? 'null');
  expect([path, answer.status, faults(method, path, { status: answer.status, type, content })]).toEqual([
    path,
    answer.status,
    [],
  ]);
  return answer;
}
