import type { Answer, PocketRequest } from './exchange';

export type Handler = (request: PocketRequest) => Answer | Promise<Answer>;

/** Finds who answers a path. `:name` in a pattern takes everything up to the next slash. */
export class Router {
  private readonly routes: { method: string; pattern: RegExp; handler: Handler }[] = [];

  add(method: string, path: string, handler: Handler): void {
    const source = path
      .split('/')
      .map((part) => (part.startsWith(':') ? `(?<${part.slice(1)}>[^/]+)` : escape(part)))
      .join('/');
    this.routes.push({ method, pattern: new RegExp(`^${source}$`), handler });
  }

  async answer(request: PocketRequest, notFound: Answer): Promise<Answer> {
    let known = false;
    for (const { method, pattern, handler } of this.routes) {
      const match = pattern.exec(request.path);
      if (!match) continue;
      known = true;
      if (method === request.method) return handler({ ...request, params: match.groups ?? {} });
    }
    if (!known) return notFound;
    return { status: 405, body: { detail: `Method "${request.method}" not allowed.` } };
  }
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The JSON object in a body; undefined when there is none. */
export function jsonObject(body: Buffer): Record<string, unknown> | undefined {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
