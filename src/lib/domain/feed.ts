export const feedKinds = ['catalog', 'consumption'] as const;
export type FeedKind = (typeof feedKinds)[number];

/** A source and a destination: what is sent from one to the other has a ledger of its own. */
export interface Route {
  readonly source: string;
  readonly destination: string;
}

/** A source, a kind and a destination: what one run syncs. */
export interface Feed extends Route {
  readonly kind: FeedKind;
}

/** The one that there was first: what is stored for it carries no name of a destination. */
export const firstDestination = 'ld';

/** What the first destination is called among the systems that are called: stored, and scripted against. */
export const firstSystem = 'ld-services';

const suffixOf = (destination: string): string => (destination === firstDestination ? '' : `.${destination}`);

/** For keys: `openedx`, or `openedx.lrs`. No id has a dot. */
export const routeName = ({ source, destination }: Route): string => source + suffixOf(destination);

/** For keys and ids: `openedx-catalog`, or `openedx-catalog.lrs`. */
export const feedName = ({ source, kind, destination }: Feed): string =>
  `${source}-${kind}${suffixOf(destination)}`;

/** What `feedName` makes, for patterns. */
export const feedPattern = '[a-z0-9]{1,32}-(?:catalog|consumption)(?:\\.[a-z0-9]{1,32})?';

/** For people, behind a source and a kind: nothing, or ` to lrs`. */
export const towards = (destination: string): string =>
  destination === firstDestination ? '' : ` to ${destination}`;
