import { appOperations } from './operations/app';
import { enrolmentOperations } from './operations/enrolments';
import type { Operation } from './operations/operation';
import { runOperations } from './operations/runs';
import { signInOperations } from './operations/sign-ins';
import { sourceOperations } from './operations/sources';
import { troubleOperations } from './operations/trouble';

/** Every route of the API. A new one is described by an entry here. */
export const operations: readonly Operation[] = [
  ...runOperations,
  ...troubleOperations,
  ...sourceOperations,
  ...enrolmentOperations,
  ...signInOperations,
  ...appOperations,
];
