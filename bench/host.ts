import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectStorage } from '../src/lib/store/storage';
import { Inbox } from '../src/lib/store/inbox';
import { RunStore } from '../src/lib/store/runs';
import { isEnded, type Run } from '../src/lib/domain/run';

const pollMs = 10;

/** The built app in the local host, with its queues and its storage, as a deployed one has them. */
export class BenchHost {
  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
    private readonly runs: RunStore,
    private readonly inbox: Inbox,
  ) {}

  static async open(env: Readonly<Record<string, string>>): Promise<BenchHost> {
    const never = '0 0 0 1 1 *';
    const child = spawn(process.execPath, [join(__dirname, '../local/host.js')], {
      cwd: join(__dirname, '../..'),
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        CATALOG_SCHEDULE: never,
        CONSUMPTION_SCHEDULE: never,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    const url = await new Promise<string>((found, failed) => {
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const [address] = /http:\/\/localhost:\d+/.exec(text) ?? [];
        if (address) found(address);
      });
      child.once('exit', () => failed(new Error(`The host ended:\n${text}`)));
    });
    const storage = connectStorage({
      type: 'connectionString',
      connectionString: env.AzureWebJobsStorage ?? '',
    });
    return new BenchHost(child, url, new RunStore(storage), new Inbox(storage, []));
  }

  /** Asks for a sync over HTTP. @returns its run's id. */
  async start(source: string, kind: string, more: object = {}): Promise<string> {
    const answer = await this.post('resync', { source, kind, ...more });
    const { runs } = (await answer.json()) as { runs?: { runId: string }[] };
    const runId = runs?.[0]?.runId;
    if (runId === undefined) throw new Error(`/resync answered ${answer.status}`);
    return runId;
  }

  /** Sends an event to a source's webhook. @returns seconds until it has been worked. */
  async webhook(source: string, body: object): Promise<number> {
    const start = performance.now();
    const answer = await this.post(`webhooks/${source}`, body);
    const { eventId } = (await answer.json()) as { eventId: string };
    for (;;) {
      const event = await this.inbox.read(eventId);
      if (event?.state === 'dead') throw new Error(`${eventId} is dead: ${event.error}`);
      if (event && event.state !== 'received') return (performance.now() - start) / 1000;
      await sleep(pollMs);
    }
  }

  /** @throws Error when the run has ended: what was measured beside it was measured alone. */
  async expectOpen(runId: string): Promise<void> {
    const run = await this.runs.read(runId);
    if (!run || isEnded(run))
      throw new Error(`${runId} has ended already: ${run?.state} ${run?.error ?? ''}`);
  }

  private post(path: string, body: object): Promise<Response> {
    return fetch(`${this.url}/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** Asks for a sync over HTTP, and waits until it has ended. @returns the run, and seconds from the asking on. */
  async sync(source: string, kind: string, more: object = {}): Promise<{ run: Run; seconds: number }> {
    const start = performance.now();
    const runId = await this.start(source, kind, more);
    for (;;) {
      const run = await this.runs.read(runId);
      if (run && isEnded(run)) {
        const seconds = (performance.now() - start) / 1000;
        if (run.state !== 'succeeded') throw new Error(`${runId} ended ${run.state}: ${run.error}`);
        return { run, seconds };
      }
      await sleep(pollMs);
    }
  }

  /** The most memory that the host has had so far, MiB. */
  get peakMiB(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
  }

  async end(): Promise<void> {
    const ended = new Promise((done) => this.child.once('exit', done));
    this.child.kill('SIGKILL');
    await ended;
  }
}
