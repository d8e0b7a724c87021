import { openView } from '../../lib/api/run-view';
import { utc } from '../../lib/domain/time';
import { waitingText } from '../../lib/domain/waiting';
import { InputError } from '../../lib/errors';
import { summary } from '../summary';
import { table } from '../table';
import { painter } from '../terminal';
import { onlyWord } from '../words';
import { exitCodes, type StorageCommand } from './command';

export const noSuchRun = (runId: string): InputError =>
  new InputError(
    'runId',
    `There is no run ${runId.includes('@') ? 'of this name' : runId}; lms-bridge runs lists them`,
  );

export const run: StorageCommand = {
  name: 'run',
  needs: 'storage',
  flags: {},
  usage: 'run ID',
  what: 'one run: its counts, window, slices and error',
  help: `Shows one run.

  lms-bridge run ID [--json]

ID is in the last column of: lms-bridge runs

${exitCodes}

Examples
  npx lms-bridge run openedx-consumption-20260131T000000Z-1a2b3c
`,
  async run(given, desk) {
    const id = onlyWord(given, 'run ID, as lms-bridge runs lists it');
    const { engine } = await desk.open();
    const found = await engine.runs.read(id);
    if (!found) throw noSuchRun(id);
    const view = await openView(engine, found);
    desk.show(view, () => {
      const { mode, trigger, startedAt, finishedAt, window, slices, cancelRequested } = found;
      const rows = [
        ['mode', mode],
        ['started by', trigger],
        ['started', startedAt],
        ...(finishedAt ? [['finished', finishedAt]] : []),
        ...(window ? [['window', `${window.from} to ${window.to}`]] : []),
        ['slices', `${slices.total}: ${slices.done} done, ${slices.failed} failed`],
        ...(view.waiting ? [['waiting', waitingText(view.waiting, utc(engine.now()))]] : []),
        ...(cancelRequested && !finishedAt ? [['cancel', 'requested']] : []),
      ];
      return summary(found, painter(desk.terminal.stdout, desk.env)) + table(rows, '  ');
    });
    return 0;
  },
};
