import { randomBytes } from 'node:crypto';
import { opaqueToken, TokenDesk } from '../tokens';
import type { AzureOptions } from './options';

interface Secret {
  readonly value: string;
  /** 32 hex digits. */
  readonly version: string;
  /** Seconds since 1970. */
  readonly updated: number;
}

/** The secrets of the vault, and the tokens that were issued, by the resource they are for. */
export class AzureState {
  private readonly secrets = new Map<string, Secret>();
  private readonly desks = new Map<string, TokenDesk>();
  /** How often each secret was read with success. */
  readonly reads: Record<string, number> = {};
  /** The application that may ask Entra for tokens. */
  readonly client: { clientId: string; clientSecret: string };

  constructor(
    readonly options: AzureOptions,
    readonly now: () => number,
  ) {
    this.client = { clientId: options.clientId, clientSecret: options.clientSecret };
    for (const [name, value] of Object.entries(options.secrets)) this.putSecret(name, value);
  }

  /** Adds a secret or rotates it: a new version. */
  putSecret(name: string, value: string): void {
    const version = randomBytes(16).toString('hex');
    this.secrets.set(name.toLowerCase(), { value, version, updated: Math.floor(this.now() / 1000) });
  }

  removeSecret(name: string): boolean {
    return this.secrets.delete(name.toLowerCase());
  }

  secret(name: string): Secret | undefined {
    return this.secrets.get(name.toLowerCase());
  }

  get secretNames(): string[] {
    return [...this.secrets.keys()];
  }

  /** Knows the tokens for one resource, named without a slash at its end. */
  desk(resource: string): TokenDesk {
    const name = resource.replace(/\/$/, '');
    const desk = this.desks.get(name) ?? new TokenDesk(this.client, this.now);
    this.desks.set(name, desk);
    return desk;
  }

  issue(resource: string): string {
    return this.desk(resource).issue('Bearer', opaqueToken(), this.options.tokenSeconds);
  }

  revokeAll(): void {
    for (const desk of this.desks.values()) desk.revokeAll();
  }
}
