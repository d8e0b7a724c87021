export const feedKinds = ['catalog', 'consumption'] as const;
export type FeedKind = (typeof feedKinds)[number];

/** A source and a kind: what one run syncs. */
export interface Feed {
  readonly source: string;
  readonly kind: FeedKind;
}

export const feedName = (feed: Feed): string => `${feed.source}-${feed.kind}`;
