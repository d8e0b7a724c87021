import type { CommandName } from './arguments';

const general = `LMS Bridge: syncs the catalogs and results of LMSs into an L&D platform.

  lms-bridge sync catalog|consumption [flags]   sync now, in this process
  lms-bridge check [--json]                     try every setting and system, sending nothing
  lms-bridge COMMAND --help                     more about a command
  lms-bridge --version

Within the project: npm run sync -- …, npm run check. Settings come from the environment, then from
local.settings.json in the current folder.

Examples
  npm run check
  npm run sync -- catalog --dry-run
  npm run sync -- consumption --source openedx
`;

const sync = `Syncs catalogs or results now, in this process. Running hosts on the same storage may help.

  lms-bridge sync catalog|consumption [flags]
  npm run sync -- catalog|consumption [flags]

  --source ID        one source of LMS_SOURCES; left out: all
  --full             everything, not only what changed since last time
  --from TIME        only results modified from then on (ISO 8601, UTC unless zoned)
  --to TIME          only results modified until then
  --course ID        only this course, by its id at the source
  --learner ADDRESS  only this learner's results, by mail address
  --dry-run          read and compare, send nothing
  --allow-deletes    take back courses even when the listing lost a great many
  --json             one JSON object with the runs on standard output, progress on standard error

Ctrl-C puts back what is in hand; the same command goes on with it later. Twice ends at once.
Exit code: 0 succeeded or skipped, 1 failed, cancelled or misused, 2 partial, 130 Ctrl-C.

Examples
  npm run sync -- catalog --dry-run
  npm run sync -- consumption --source openedx --from 2026-01-01 --to 2026-02-01
  npm run sync -- consumption --course course-v1:edX+DemoX+Demo --full
  npx lms-bridge sync catalog --json > runs.json
`;

const check = `Tries every setting and system: settings, storage, each source and the L&D services. Nothing is sent
to the L&D services but the request for a token; tables and queues that are missing are created.

  lms-bridge check [--json]
  npm run check

  --json             the table as one JSON object on standard output

Exit code: 0 all is well, 1 something is wrong.

Examples
  npm run check
  npx lms-bridge check --json
`;

export const helpOf = (command: CommandName | undefined): string =>
  command === undefined ? general : { sync, check }[command];
