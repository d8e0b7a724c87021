import { towards } from '../lib/domain/feed';
import { noteText } from '../lib/domain/notes';
import { toldCounts, type Changes, type Run } from '../lib/domain/run';
import { grouped, inTime, table } from './table';
import type { Colour } from './terminal';

const shownSamples = 10;

const colours: Partial<Record<Run['state'], Colour>> = {
  succeeded: 'green',
  partial: 'yellow',
  skipped: 'yellow',
  failed: 'red',
  cancelled: 'red',
};

/** What became of a run, in lines. @param paint colours a word. */
export function summary(run: Run, paint: (colour: Colour, text: string) => string): string {
  const { source, kind, destination, state, error, notes, runId, dryRun, finishedAt, startedAt, changes } =
    run;
  const counts = toldCounts(run);
  const colour = colours[state];
  const took = finishedAt ? ` in ${inTime(Date.parse(finishedAt) - Date.parse(startedAt))}` : '';
  const numbers = [
    `${grouped(counts.read)} read`,
    counts.wouldSend === undefined ? `${grouped(counts.sent)} sent` : `${grouped(counts.wouldSend)} to send`,
    `${grouped(counts.unchanged)} unchanged`,
    counts.skipped > 0 ? `${grouped(counts.skipped)} skipped` : '',
    counts.quarantined > 0
      ? `${grouped(counts.quarantined)} ${dryRun ? 'that cannot be used' : 'in quarantine'}`
      : '',
    counts.deleted > 0 ? `${grouped(counts.deleted)} deleted` : '',
  ].filter(Boolean);
  const lines = [
    `${source} ${kind}${towards(destination)}: ${dryRun ? 'dry run ' : ''}${colour ? paint(colour, state) : state}${took}: ${numbers.join(', ')}`,
    ...(error ? [`  ${error}`] : []),
    ...Object.entries(counts.skippedBecause ?? {}).map(
      ([reason, rows]) => `  ${grouped(rows)} skipped: ${reason}`,
    ),
    ...notes.map((note) => `  Note: ${noteText(note)}`),
    paint('dim', `  run ${runId}`),
  ];
  return `${lines.join('\n')}\n${dryRun && changes ? changeTable(changes) : ''}`;
}

/** What a dry run found, with some of it by name. */
function changeTable({ samples, ...numbers }: Changes): string {
  const rows = [
    ['would be created', numbers.created],
    ['would be updated', numbers.updated],
    ['would be deleted', numbers.deleted],
    ['would be sent', numbers.wouldSend],
  ] as const;
  const all = rows.reduce((sum, [, count]) => sum + count, 0);
  if (all === 0) return '  Nothing was sent, and nothing would change.\n';
  const shown = samples.slice(0, shownSamples);
  const more = all - shown.length;
  return [
    '  Nothing was sent. A real run would do this:\n\n',
    table(
      rows.filter(([, count]) => count > 0).map(([what, count]) => [what, grouped(count)]),
      '  ',
    ),
    '\n',
    table(
      [
        ['change', 'course', 'detail'],
        ...shown.map(({ change, courseId, detail }) => [
          change === 'wouldSend' ? 'send' : change,
          courseId,
          detail,
        ]),
      ],
      '  ',
    ),
    more > 0 ? `  … and ${grouped(more)} more\n` : '',
  ].join('');
}
