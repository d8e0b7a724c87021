import { queueNames, storageError, tableNames, type Storage } from '../lib/store/storage';
import { finding, type Finding } from './finding';

/** Creates the tables and queues that are missing, and reads from each. */
export function checkStorage(storage: Storage): Promise<Finding> {
  return finding('storage', async () => {
    await storage.prepare();
    try {
      for (const name of tableNames)
        for await (const _ of storage.table(name).listEntities().byPage({ maxPageSize: 1 })) break;
      for (const name of queueNames) await storage.queue(name).peekMessages();
    } catch (error) {
      throw storageError(error);
    }
    return `${tableNames.length} tables and ${queueNames.length} queues are there and can be read`;
  });
}
