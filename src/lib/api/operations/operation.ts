import type { z } from 'zod';

/** A route, as the description of the API tells it. */
export interface Operation {
  readonly operationId: string;
  readonly method: 'get' | 'post';
  /** Below /api; names its parts in braces. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** True: anyone may call it. */
  readonly anonymous?: true;
  /** For each part of the path that is named. */
  readonly parts?: Readonly<Record<string, { readonly description: string; readonly example: string }>>;
  /** What parses the query. */
  readonly query?: z.ZodObject;
  /** Headers that a caller may send, by name. */
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly example: string }>>;
  readonly body?: {
    /** What parses the body. */
    readonly schema: z.ZodType;
    readonly required: boolean;
    readonly examples: Readonly<Record<string, unknown>>;
    /** Types that it may have instead of JSON, each with an example. */
    readonly otherTypes?: Readonly<
      Record<string, { readonly description: string; readonly example: string }>
    >;
  };
  /** By status. */
  readonly answers: Readonly<Record<number, OperationAnswer>>;
  /** Statuses it answers with a problem, besides 500, 503, and 401 where a key is asked for. */
  readonly problems: readonly (400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 501 | 502 | 504)[];
}

export interface OperationAnswer {
  readonly description: string;
  /** application/json unless it says otherwise. */
  readonly type?: string;
  readonly schema: z.ZodType;
  readonly example: unknown;
}
