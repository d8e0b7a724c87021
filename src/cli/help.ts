import { storageCommands } from './commands/storage-commands';
import { table } from './table';

const commands = table(
  [
    ['sync catalog|consumption [flags]', 'sync now, in this process'],
    ['check', 'try every setting and system, sending nothing'],
    ...storageCommands.map(({ usage, what }) => [usage, what]),
    ['completion bash|zsh', 'what makes the shell complete commands and flags'],
  ].map(([usage = '', what = '']) => [`lms-bridge ${usage}`, what]),
  '  ',
);

const general = `LMS Bridge: syncs the catalogs and results of LMSs into an L&D platform.

${commands}
  lms-bridge COMMAND --help, lms-bridge --version

Each takes --json for scripts. Settings come from the environment, then from local.settings.json in the current
folder; AzureWebJobsStorage says whose storage is looked at, the local one or Azure's.
Within the project: npm run sync -- …, npm run check.

Examples
  npm run check
  npm run sync -- catalog --dry-run
  npm run sync -- consumption --source openedx
  npx lms-bridge runs --state failed
  npx lms-bridge explain --source openedx --course course-v1:edX+DemoX+Demo --learner learner@example.com
`;

const sync = `Syncs catalogs or results now, in this process. Running hosts on the same storage may help.

  lms-bridge sync catalog|consumption [flags]
  npm run sync -- catalog|consumption [flags]

  --source ID        one source of LMS_SOURCES; left out: all
  --destination ID   one destination of DESTINATIONS; left out: all
  --full             everything, not only what changed since last time
  --from TIME        only results modified from then on (ISO 8601, UTC unless zoned)
  --to TIME          only results modified until then
  --course ID        only this course, by its id at the source
  --learner ADDRESS  only this learner's results, by mail address
  --dry-run          read and compare, send nothing
  --allow-deletes    withdraw courses even when the listing lost a great many
  --fail-fast        give up at the first call that fails; left out: a part that fails is tried 5 times
  --json             one JSON object with the runs on standard output, all else on standard error

After Ctrl-C the same command goes on where this one stopped. Ctrl-C twice ends at once.
Exit code: 0 succeeded or skipped, 1 failed or cancelled, 2 partial, or a command line that cannot be understood
(then nothing was done), 130 Ctrl-C.

Examples
  npm run sync -- catalog --dry-run
  npm run sync -- consumption --source openedx --from 2026-01-01 --to 2026-02-01
  npm run sync -- consumption --course course-v1:edX+DemoX+Demo --full
  npx lms-bridge sync catalog --json > runs.json
`;

const check = `Tries every setting and system: settings, storage, each source and each destination. Nothing is sent
to a destination but the request for a token; tables and queues that are missing are created.

  lms-bridge check [--json]
  npm run check

  --json             the table as one JSON object on standard output

A line is ok, wrong, or unsure: nothing speaks against it, and it cannot be known without sending something.

Exit code: 0 nothing is wrong, 1 something is, 2 the command line cannot be understood.

Examples
  npm run check
  npx lms-bridge check --json
`;

const completion = `Prints what makes a shell complete the commands and flags of lms-bridge.

  lms-bridge completion bash|zsh

Examples
  alias lms-bridge='npx lms-bridge'
  source <(npx lms-bridge completion bash)
  source <(npx lms-bridge completion zsh)
`;

/** @param command undefined: of all of them. */
export function helpOf(command: string | undefined): string {
  if (command === undefined) return general;
  if (command === 'sync') return sync;
  if (command === 'check') return check;
  if (command === 'completion') return completion;
  return storageCommands.find(({ name }) => name === command)?.help ?? general;
}
