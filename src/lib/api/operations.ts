import { appOperations } from './operations/app';
import { enrolmentOperations } from './operations/enrolments';
import type { Operation } from './operations/operation';
import { runOperations } from './operations/runs';
import { signInOperations } from './operations/sign-ins';
import { sourceOperations } from './operations/sources';
import { troubleOperations } from './operations/trouble';

/** Every route of the API, with its operation id. */
export const operations: readonly (readonly [string, Operation])[] = [
  runOperations,
  troubleOperations,
  sourceOperations,
  enrolmentOperations,
  signInOperations,
  appOperations,
].flatMap((group) => Object.entries<Operation>(group));
