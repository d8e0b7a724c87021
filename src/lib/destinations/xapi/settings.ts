import { define } from '../../settings/definition';
import { webAddress, oneOf, text } from '../../settings/parse';
import type { Secret } from '../../settings/secret';
import type { DestinationSettings } from '../../settings/types';
import type { ReadSettings } from '../kind';
import { sharedDefinitions } from '../shared-settings';

export interface XapiSettings extends DestinationSettings {
  readonly baseUrl: string;
  readonly key: Secret;
  readonly secret: Secret;
  readonly version: '1.0.3' | '2.0.0';
  readonly actor: 'mbox' | 'mbox_sha1sum' | 'account';
  /** Set when `actor` is `account`. */
  readonly accountHomePage: string | undefined;
  /** Undefined: the source's id. */
  readonly platform: string | undefined;
}

export const xapiDefinitions = {
  baseUrl: define({
    schema: webAddress,
    required: true,
    doc: 'The LRS’s address, such as `https://lrs.example.com/xapi`; `/statements` is added.',
  }),
  key: define({
    schema: text,
    required: true,
    secret: true,
    doc: 'The key that the LRS gave (Basic authentication).',
  }),
  secret: define({ schema: text, required: true, secret: true, doc: 'The secret of that key.' }),
  version: define({
    schema: oneOf('1.0.3', '2.0.0'),
    default: '1.0.3',
    doc: 'Goes out as `X-Experience-API-Version`: `1.0.3` or `2.0.0`.',
  }),
  actor: define({
    schema: oneOf('mbox', 'mbox_sha1sum', 'account'),
    default: 'mbox',
    doc: 'How a learner is named: `mbox` (the address), `mbox_sha1sum` (its hash: no address leaves) or `account` (the address as the name of an account).',
  }),
  accountHomePage: define({
    schema: webAddress,
    doc: 'The system that accounts belong to; needed with `account`.',
  }),
  platform: define({ schema: text, doc: 'Goes out as `context.platform`; left out: the source’s id.' }),
  ...sharedDefinitions({ batchSize: [100, 1_000], concurrency: 4 }),
};

export const readXapi: ReadSettings<typeof xapiDefinitions, XapiSettings> = (values, context) => {
  const { id, prefix, problems } = context;
  const { key, secret, actor, accountHomePage } = values;
  if (actor === 'account' && accountHomePage === undefined)
    problems.push({ setting: `${prefix}accountHomePage`, message: `is missing: ${prefix}actor is account` });
  return problems.length === 0 && key && secret ? { ...values, id, prefix, key, secret } : undefined;
};
