import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Azurite, freePorts, startAzurite } from '../../local/azurite';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox';
import { sandboxSettings } from '../../sandbox/settings';
import { type App, createApp } from '../../src/lib/app';
import { type HostProcess, spawnHost } from '../local/built-host';

const root = join(__dirname, '../..');

/** All that the page needs: storage, remote systems, the built app in the local host, and a browser to look at it. */
export interface Stage {
  readonly url: string;
  readonly sandbox: Sandbox;
  /** The same app on the same storage, in this process: to set scenes. */
  readonly app: App;
  readonly browser: Browser;
  stopStorage(): Promise<void>;
  startStorage(): Promise<void>;
  /** Asks the API, by POST where there is a body. @returns what it answers. */
  api(path: string, body?: object): Promise<never>;
  /** A page (its path below the API) that has been loaded, and all that it complained of. */
  open(options?: Parameters<Browser['newContext']>[0], path?: string): Promise<Opened>;
  stop(): Promise<void>;
}

export interface Opened {
  readonly page: Page;
  /** What went to the console as an error, and what was thrown. */
  readonly complaints: readonly string[];
  /** Every address that was asked for. */
  readonly requested: readonly string[];
}

/** A picture for docs/img, when they are asked for: SCREENSHOTS=1. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(root, `docs/img/${name}.png`) });
}

/** A daily schedule whose next time is so many hours away. */
const hoursAway = (hours: number): string => `0 30 ${(new Date().getUTCHours() + hours) % 24} * * *`;

/** Where Debian puts it, unless CHROMIUM names another. @throws Error in one sentence when there is none. */
function chromiumPath(): string {
  const path = process.env.CHROMIUM ?? '/usr/bin/chromium';
  if (existsSync(path)) return path;
  throw new Error(`There is no Chromium at ${path}: apt-get install chromium, or name yours in CHROMIUM`);
}

export async function startStage(): Promise<Stage> {
  const executablePath = chromiumPath();
  const folder = await mkdtemp(join(tmpdir(), 'lms-bridge-browser-'));
  const ports = await freePorts(3);
  const key = randomBytes(64).toString('base64');
  const storageOptions = { ports, location: join(folder, 'storage'), key } as const;
  let storage: Azurite | undefined = await startAzurite(storageOptions);
  const sandbox = await startSandbox({
    openEdx: { courses: 24, learners: 60, grades: 600, gradesMaxPageSize: 50 },
    khalibre: { courses: 12, learners: 30 },
  });
  const settings = {
    ...sandboxSettings(sandbox),
    LMS__openedx__lagMinutes: '0',
    LMS__openedx__maxRowsPerSlice: '100',
    LMS__openedx__parallelSlices: '1',
    AzureWebJobsStorage: storage.connectionString,
    // Only what the tests start is to run: the timers are hours away.
    CATALOG_SCHEDULE: hoursAway(9),
    CONSUMPTION_SCHEDULE: hoursAway(5),
    LOG_LEVEL: 'error',
  };
  const app = createApp(settings);
  await app.storage.prepare();
  const host: HostProcess = await spawnHost(
    [join(root, 'dist/local/host.js')],
    { ...settings, PORT: '0' },
    { cwd: root },
  );
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const url = `${host.url}/api`;
  const api = async (path: string, body?: object): Promise<never> => {
    const answer = await fetch(`${url}/${path}`, {
      ...(body && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    return (await answer.json()) as never;
  };
  const stopStorage = async (): Promise<void> => {
    await storage?.stop();
    storage = undefined;
  };
  return {
    url,
    api,
    sandbox,
    app,
    browser,
    stopStorage,
    startStorage: async () => {
      storage ??= await startAzurite(storageOptions);
    },
    open: async (options = {}, path = 'status') => {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const complaints: string[] = [];
      const requested: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => requested.push(request.url()));
      await page.goto(`${url}/${path}`);
      return { page, complaints, requested };
    },
    stop: async () => {
      await browser.close();
      await host.end();
      await sandbox.stop();
      await stopStorage();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
