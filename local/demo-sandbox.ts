import { startSandbox, type Sandbox, type SandboxOptions } from '../sandbox/sandbox';
import { sandboxSettings } from '../sandbox/settings';
import { destinationsShown, sourcesShown } from '../sandbox/shown';
import { appOperations } from '../src/lib/api/operations/app';
import { pathTo } from '../src/lib/api/operations/operation';
import type { AppSettings } from '../src/lib/settings/local-settings';

/** Changes a minute, of each system. */
const activity = 12;

/** All pocket systems on the ports that the docs name; on others when those are taken. */
export async function anySandbox(): Promise<Sandbox> {
  const systems = (ports: boolean): SandboxOptions => ({
    openEdx: { port: ports ? 7080 : 0, activity },
    khalibre: { port: ports ? 7081 : 0, activity },
    academy: { port: ports ? 7082 : 0, activity },
    tBook: { port: ports ? 7083 : 0 },
    ldServices: { port: ports ? 7090 : 0 },
    lrs: { port: ports ? 7091 : 0 },
    graph: { port: ports ? 7093 : 0 },
    webhookReceiver: { port: ports ? 7092 : 0 },
  });
  try {
    return await startSandbox(systems(true));
  } catch {
    return startSandbox(systems(false));
  }
}

/** What is where, for the person who watches. */
export function sandboxLines(sandbox: Sandbox): string {
  return [
    'Sandbox, whose results go on changing while it runs:',
    ...sourcesShown(sandbox).map(({ name, url, has }) => `  ${name.padEnd(17)} ${url}  (${has})`),
    'and where they go, with what arrived last at each:',
    ...destinationsShown(sandbox).map(({ id, name, view }) => `  ${id.padEnd(8)} ${name.padEnd(22)} ${view}`),
  ].join('\n');
}

/** What each destination has by its own count. */
export const arrivedLines = (sandbox: Sandbox): string =>
  [
    'What arrived:',
    '',
    ...destinationsShown(sandbox).map(({ id, name, got }) => `  ${id.padEnd(8)} ${name.padEnd(22)} ${got}`),
  ].join('\n');

/** From now on what changes in Khalibre, and results in Academy of Mine, are told to the app at once. */
export function sendWebhooks({ khalibre, academy }: Sandbox, url: string): void {
  const address = (source: string) => `${url}/api/${pathTo(appOperations.receiveWebhook, { source })}`;
  if (khalibre) khalibre.state.webhook = { url: address('khalibre') };
  for (const event of ['course_enrolled', 'course_completed'])
    academy?.webhooks.put(`${address('academyofmine')}?event=${event}`, [event]);
}

/** The sandbox's settings, but for what the person set; timers that show something within a minute or two. */
export function sandboxDefaults(sandbox: Sandbox, environment: NodeJS.ProcessEnv): AppSettings {
  const settings: Record<string, string> = {
    ...sandboxSettings(sandbox),
    LMS__openedx__lagMinutes: '0',
    // Viva Learning takes results one by one: 12,000 would hold up the first sync.
    LMS__openedx__destinations: 'ld,lrs,webhook',
    // Read course by course, which is nightly elsewhere.
    LMS__khalibre__consumptionSchedule: '0 * * * * *',
    LMS__academyofmine__consumptionSchedule: '0 */2 * * * *',
    CATALOG_SCHEDULE: '0 */5 * * * *',
    CONSUMPTION_SCHEDULE: '0 * * * * *',
  };
  return Object.fromEntries(Object.entries(settings).filter(([name]) => environment[name] === undefined));
}
