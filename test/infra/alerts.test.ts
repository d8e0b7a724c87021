import { readInfra } from './bicep';
import type { BicepFile } from './bicep-file';

interface Rule {
  readonly name: string;
  readonly query: string;
  readonly operator: string;
  readonly threshold: number;
  readonly window: string;
}

let alerts: BicepFile;
beforeAll(async () => {
  const file = (await readInfra()).get('modules/alerts.bicep');
  if (!file) throw new Error('There is no modules/alerts.bicep');
  alerts = file;
});
const rules = (): readonly Rule[] => alerts.vars.get('rules') as unknown as readonly Rule[];
const rule = (name: string): Rule | undefined => rules().find((one) => one.name === name);

test('a failed run raises an alert', () => {
  expect(rule('run-failed')).toMatchObject({ operator: 'GreaterThan', threshold: 0 });
  expect(rule('run-failed')?.query).toContain('where tostring(line["message"]) == "run ended"');
  expect(rule('run-failed')?.query).toContain('where tostring(line["state"]) == "failed"');
});

test('a watermark older than the setting raises an alert', () => {
  const query = rule('watermark-old')?.query;
  expect(query).toContain('where tostring(line["message"]) == "feed watermark"');
  expect(query).toContain('tolong(line["lagSeconds"])');
  expect(query).toContain('where lagSeconds > ${watermarkMaxAgeMinutes * 60}');
});

test('an abandoned message raises an alert', () => {
  expect(rule('message-abandoned')).toMatchObject({ operator: 'GreaterThan', threshold: 0 });
  expect(rule('message-abandoned')?.query).toContain(
    'where tostring(line["message"]) == "message abandoned"',
  );
});

test('15 minutes without a sweep raise an alert', () => {
  expect(rule('no-sweep')).toMatchObject({ operator: 'LessThan', threshold: 1, window: 'PT15M' });
  expect(rule('no-sweep')?.query).toContain('where tostring(line["message"]) == "sweep done"');
});

test('every rule is on, reads the workspace and tells the operators', () => {
  const [made] = alerts.resources.filter(({ target }) => target.includes('scheduledQueryRules'));
  expect(made?.body.properties).toMatchObject({
    enabled: true,
    scopes: [{ text: 'workspaceId' }],
    actions: { actionGroups: [{ text: 'operators.id' }] },
  });
  expect(rules().map(({ name }) => name)).toEqual([
    'run-failed',
    'watermark-old',
    'message-abandoned',
    'no-sweep',
  ]);
});

test('a feed is told apart from the others by the columns that its query makes', () => {
  for (const name of ['run-failed', 'watermark-old'])
    for (const column of ['lmsSource', 'feedKind'])
      expect(rule(name)?.query).toContain(`${column} = tostring(`);
  expect(alerts.vars.get('byFeed')).toMatchObject([{ name: 'lmsSource' }, { name: 'feedKind' }]);
});
