import type { Answer } from './server';

/** So many calls in any sixty seconds, by name of the bucket. */
export class Throttle {
  private readonly calls = new Map<string, number[]>();

  constructor(private readonly now: () => number) {}

  /** @returns the 429 (Retry-After in seconds) when the bucket is full; undefined when the call may go on. */
  check(bucket: string, perMinute: number | undefined): Answer | undefined {
    if (perMinute === undefined) return undefined;
    const now = this.now();
    const recent = (this.calls.get(bucket) ?? []).filter((at) => at > now - 60_000);
    this.calls.set(bucket, recent);
    if (recent.length < perMinute) {
      recent.push(now);
      return undefined;
    }
    const seconds = Math.max(1, Math.ceil(((recent[0] as number) + 60_000 - now) / 1000));
    return {
      status: 429,
      headers: { 'Retry-After': String(seconds) },
      body: { detail: `Request was throttled. Expected available in ${seconds} seconds.` },
    };
  }
}
