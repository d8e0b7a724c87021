import { createHmac, randomBytes } from 'node:crypto';
import type { PocketRequest } from './server';

export interface Client {
  clientId: string;
  clientSecret: string;
}

/** Issues access tokens for client credentials, and knows which of them are still good. */
export class TokenDesk {
  private readonly live = new Map<string, { scheme: string; expires: number }>();
  issued = 0;

  constructor(
    /** Changed in place when a test rotates the credentials. */
    readonly client: Client,
    private readonly now: () => number,
  ) {}

  issue(scheme: string, token: string, seconds: number): string {
    this.issued += 1;
    this.live.set(token, { scheme, expires: this.now() + seconds * 1000 });
    return token;
  }

  /** Whether the Authorization header carries a token that was issued under that scheme and is still good. */
  accepts(authorization: string | undefined): boolean {
    const [scheme = '', token = ''] = (authorization ?? '').split(' ');
    const known = this.live.get(token);
    return known !== undefined && known.scheme === scheme && known.expires > this.now();
  }

  /** Every token issued so far stops working. */
  revokeAll(): void {
    this.live.clear();
  }

  /** Reads the credentials from the form or from HTTP Basic. */
  knows(request: PocketRequest, form: URLSearchParams): boolean {
    const [basicId, basicSecret] = basic(request.headers.authorization);
    const id = form.get('client_id') ?? basicId;
    const secret = form.get('client_secret') ?? basicSecret;
    return id === this.client.clientId && secret === this.client.clientSecret;
  }
}

function basic(authorization: string | undefined): [string?, string?] {
  if (!authorization?.startsWith('Basic ')) return [];
  const [id = '', ...secret] = Buffer.from(authorization.slice(6), 'base64').toString('utf8').split(':');
  return [decodeURIComponent(id), decodeURIComponent(secret.join(':'))];
}

export const opaqueToken = (): string => randomBytes(24).toString('base64url');

const signingKey = randomBytes(32);

/** A signed JWT (HS256) that nobody but this process can check. @param claims as they are. */
export function jwt(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', signingKey).update(text).digest('base64url')}`;
}

export const isForm = (request: PocketRequest): boolean =>
  (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
