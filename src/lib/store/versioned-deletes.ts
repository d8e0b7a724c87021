import { AsyncLocalStorage } from 'node:async_hooks';
import type { TableServiceClientOptions } from '@azure/data-tables';

type PipelinePolicy = NonNullable<TableServiceClientOptions['additionalPolicies']>[number]['policy'];

/** By row key, the versions in which the rows of a transaction are to be deleted. */
const versions = new AsyncLocalStorage<ReadonlyMap<string, string>>();

/**
 * Does a transaction whose deletes are of these versions alone: when a row is there in another one, nothing is done.
 * Storage knows this; the SDK's transactions have no parameter for it, and delete whatever is there.
 * @param etags by row key.
 */
export const inTheseVersions = <T>(etags: ReadonlyMap<string, string>, work: () => Promise<T>): Promise<T> =>
  etags.size === 0 ? work() : versions.run(etags, work);

// A delete of a transaction's body: its line, and then, among its headers, the version.
const deletion = /^DELETE \S+RowKey='([^\s]*)'\)\S* HTTP\/1\.1\r\n(?:[^\r\n]+\r\n)*?If-Match: \*(?=\r\n)/gim;

/** Writes the versions into a transaction that is done by `inTheseVersions`. */
export const versionedDeletes: PipelinePolicy = {
  name: 'versionedDeletes',
  sendRequest(request, next) {
    const etags = versions.getStore();
    if (etags && typeof request.body === 'string')
      request.body = request.body.replace(deletion, (part: string, rowKey: string) => {
        const etag = etags.get(decodeURIComponent(rowKey).replaceAll("''", "'"));
        return etag === undefined ? part : `${part.slice(0, -1)}${etag}`;
      });
    return next(request);
  },
};
