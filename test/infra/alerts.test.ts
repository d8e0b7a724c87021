import { type Alert, alerts, byDefault, isolated } from './snapshots';

const rules = alerts(byDefault);
const rule = (name: string): Alert => {
  const found = rules.get(name);
  if (!found) throw new Error(`There is no alert ${name}`);
  return found;
};
const reads = (query: string, message: string): void =>
  expect(query).toContain(`where tostring(line["message"]) == "${message}"`);

test('a failed run raises an alert', () => {
  const { query } = rule('run-failed');
  reads(query, 'run ended');
  expect(query).toContain('where tostring(line["state"]) == "failed"');
});

test('a watermark older than the setting raises an alert', () => {
  const { query } = rule('watermark-old');
  reads(query, 'feed watermark');
  expect(query).toContain('lagSeconds = tolong(line["lagSeconds"])');
  expect(query).toContain('where lagSeconds > 7200');
  expect(alerts(isolated).get('watermark-old')?.query).toContain('where lagSeconds > 108000');
});

test('a system that is paused for half of an hour raises an alert', () => {
  const { query, window } = rule('long-pause');
  reads(query, 'system asks for a pause');
  expect(query).toContain('sum(tolong(line["seconds"])) by system | where pausedSeconds > 1800');
  expect(window).toBe('PT1H');
});

test('a run that skips all that it reads raises an alert', () => {
  const { query } = rule('all-skipped');
  reads(query, 'run ended');
  expect(query).toContain('where rows >= 20 and skipped == rows');
});

test('an abandoned message raises an alert', () => {
  reads(rule('message-abandoned').query, 'message abandoned');
});

test('15 minutes without a sweep raise an alert', () => {
  expect(rule('no-sweep')).toMatchObject({ operator: 'LessThan', threshold: 1, window: 'PT15M' });
  reads(rule('no-sweep').query, 'sweep done');
});

test('every other rule is raised by one line that its query finds', () => {
  for (const { name, operator, threshold } of rules.values())
    if (name !== 'no-sweep') expect([name, operator, threshold]).toEqual([name, 'GreaterThan', 0]);
});

test('every rule is on, reads the workspace and tells the operators', () => {
  const [workspace] = byDefault.resources('Microsoft.OperationalInsights/workspaces');
  const [operators] = byDefault.resources('Microsoft.Insights/actionGroups');
  expect(operators?.properties.emailReceivers).toMatchObject([{ emailAddress: 'lms-operators@example.com' }]);
  for (const { properties } of byDefault.resources('Microsoft.Insights/scheduledQueryRules'))
    expect(properties).toMatchObject({
      enabled: true,
      scopes: [workspace?.id],
      actions: { actionGroups: [operators?.id] },
    });
});

test('what cannot wait is looked at every five minutes, and no rule looks away between two times', () => {
  const found = byDefault
    .resources('Microsoft.Insights/scheduledQueryRules')
    .map(({ properties }) => properties);
  for (const { severity, evaluationFrequency, windowSize } of found) {
    expect(evaluationFrequency).toBe(severity === 1 ? 'PT5M' : 'PT15M');
    expect(['PT15M', 'PT30M', 'PT1H']).toContain(windowSize);
  }
  expect(found.filter(({ severity }) => severity === 1)).toHaveLength(2);
});

test('feeds and systems are told apart by columns that the query makes', () => {
  for (const { name, query, dimensions } of rules.values())
    for (const column of dimensions)
      expect([name, query]).toEqual([name, expect.stringContaining(`${column} = tostring(`)]);
  const feed = ['lmsSource', 'feedKind', 'feedDestination'];
  expect([...rules.values()].map(({ name, dimensions }) => [name, dimensions])).toEqual([
    ['run-failed', feed],
    ['watermark-old', feed],
    ['long-pause', ['system']],
    ['all-skipped', feed],
    ['message-abandoned', []],
    ['no-sweep', []],
  ]);
});
