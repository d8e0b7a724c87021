import { explainCourse } from '../../lib/explain/course';
import type { AtSink, AtSource, Explanation } from '../../lib/explain/explanation';
import { explainLearner } from '../../lib/explain/learner';
import { towards } from '../../lib/domain/feed';
import { table } from '../table';
import { needed, noMore, valueOf } from '../words';
import { exitCodes, type StorageCommand, text } from './command';

export const explain: StorageCommand = {
  name: 'explain',
  flags: { source: text, destination: text, learner: text, course: text },
  usage: 'explain --source ID --course ID [--learner ADDRESS]',
  what: 'why the sink knows of a record what it knows',
  help: `Explains one record: what the source says now, what the destination was last told and when, and why the two
differ. With --learner the learner's result in the course, without it the course itself. Nothing is sent, and
the address is shown nowhere.

  lms-bridge explain --source ID --course ID [--learner ADDRESS] [--destination ID] [--json]

  --source ID        the source
  --destination ID   the destination; left out: the source's first
  --course ID        the course, by its id at the source
  --learner ADDRESS  the learner, by mail address (or name at the source)
  --json             one JSON object

${exitCodes}

Examples
  npx lms-bridge explain --source openedx --course course-v1:edX+DemoX+Demo
  npx lms-bridge explain --source openedx --course course-v1:edX+DemoX+Demo --learner learner@example.com
`,
  async run(given, desk) {
    noMore(given.words);
    const source = needed(given, 'source', 'openedx');
    const courseId = needed(given, 'course', 'course-v1:edX+DemoX+Demo');
    const destination = valueOf(given, 'destination');
    const learner = valueOf(given, 'learner');
    const { engine } = await desk.open();
    const { interrupted } = desk.terminal;
    const found =
      learner === undefined
        ? await explainCourse(engine, { source, destination }, courseId, interrupted)
        : await explainLearner(engine, { source, destination, courseId, learner }, interrupted);
    desk.show(found, () => explained(found));
    return 0;
  },
};

function explained({ atSource, atSink, quarantine, feed, why, next, ...record }: Explanation): string {
  const { watermark, activeRun, lastRun } = feed;
  const last = lastRun && `${lastRun.state}, ${lastRun.finishedAt ?? lastRun.startedAt} (${lastRun.runId})`;
  const rows = [
    ['source now', sourceWords(atSource)],
    ['sink was told', sinkWords(atSink)],
    ...quarantine.map(({ id, reason, at }) => ['quarantine', `since ${at}: ${reason} (${id})`]),
    ...(quarantine.length === 0 ? [['quarantine', 'no']] : []),
    ['last run', last ?? 'none is kept'],
    ...(lastRun?.error ? [['', lastRun.error]] : []),
    ...(activeRun ? [['run at work', activeRun]] : []),
    ...(watermark ? [['watermark', watermark]] : []),
    ['why', why],
    ...(next ? [['what to do', next]] : []),
  ];
  return `${record.source} ${record.kind}${towards(record.destination)}, course ${record.courseId}\n${table(rows, '  ')}`;
}

function sourceWords(now: AtSource): string {
  switch (now.found) {
    case 'yes':
      return Object.entries(now.says)
        .map(([name, value]) => `${name} ${value}${name === 'percent' ? ' %' : ''}`)
        .join(', ');
    case 'no':
      return 'it is not there';
    case 'unreadable':
      return `it cannot be read: ${now.reason}`;
    case 'never sent':
      return `it is there, and is never sent: ${now.reason}`;
    case 'unknown':
      return `not known: ${now.reason}`;
  }
}

function sinkWords({ told, at }: AtSink): string {
  const words: Record<AtSink['told'], string> = {
    same: 'the same',
    differs: 'something else',
    never: 'nothing',
    'in doubt': 'something that it may not have got',
    deleted: 'that it is gone',
    told: 'something',
    'not kept': 'not kept: this feed has no ledger',
  };
  return at ? `${words[told]}; the course's ledger was last written ${at}` : words[told];
}
