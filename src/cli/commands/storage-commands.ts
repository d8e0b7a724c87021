import { cancel } from './cancel';
import type { StorageCommand } from './command';
import { enrol } from './enrol';
import { events } from './events';
import { explain } from './explain';
import { pauses } from './pauses';
import { quarantine } from './quarantine';
import { replay } from './replay';
import { run } from './run';
import { runs } from './runs';
import { watermark } from './watermark';
import { watermarks } from './watermarks';
import { webhooks } from './webhooks';

/** In the order in which the help lists them. */
export const storageCommands: readonly StorageCommand[] = [
  runs,
  run,
  cancel,
  watermarks,
  watermark,
  pauses,
  quarantine,
  events,
  replay,
  webhooks,
  explain,
  enrol,
];
