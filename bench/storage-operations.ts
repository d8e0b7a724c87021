import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

/** Counts what this process asks of the storage at these endpoints: `table`, `queue`. @returns the counts so far. */
export function countStorageOperations(connectionString: string): () => Record<string, number> {
  const ports = new Map(
    [...connectionString.matchAll(/(\w+)Endpoint=\w+:\/\/[^:;]+:(\d+)/g)].map(([, name = '', port = '']) => [
      port,
      name.toLowerCase(),
    ]),
  );
  const counts: Record<string, number> = {};
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest };
    const service = ports.get(String(request.getHeader('host')).split(':')[1] ?? '');
    if (service) counts[service] = (counts[service] ?? 0) + 1;
  });
  return () => counts;
}
