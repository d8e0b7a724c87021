import { UnsupportedError } from '../errors';
import type { NamedEvents, WebhookAdmin } from '../sources/source';
import type { Engine, OpenSource } from '../sync/engine';

export interface Administered {
  readonly open: OpenSource;
  readonly admin: WebhookAdmin;
  readonly events: NamedEvents;
}

/**
 * A source whose webhooks can be set up from here.
 * @throws UnsupportedError for one that cannot, with what to do; InputError, SettingsError.
 */
export function administered(engine: Engine, source: string): Administered {
  const open = engine.openSource(source);
  const { webhookAdmin: admin, namedEvents: events, sourceKind } = open.source;
  if (admin && events) return { open, admin, events };
  throw new UnsupportedError(
    `The webhooks of ${source} (${sourceKind}) cannot be set up from here: the vendor has no calls for that; see docs/sources.md`,
  );
}
