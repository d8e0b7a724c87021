import { startAcademy, type Academy } from './academy-of-mine';
import type { AcademyOptions } from './academy-of-mine/options';
import { startAzure, type Azure } from './azure';
import type { AzureOptions } from './azure/options';
import type { FaultPlan } from './faults';
import { type Graph, startGraph } from './graph';
import type { GraphOptions } from './graph/options';
import { startKhalibre, type Khalibre } from './khalibre';
import type { KhalibreOptions } from './khalibre/options';
import { startLdServices, type LdServices } from './ld-services';
import type { LdServicesOptions } from './ld-services/options';
import { type Lrs, startLrs } from './lrs';
import type { LrsOptions } from './lrs/options';
import { startOpenEdx, type OpenEdx } from './open-edx';
import type { OpenEdxOptions } from './open-edx/options';
import type { ServerOptions } from './server';
import { startTBook, type TBook } from './t-book';
import type { TBookOptions } from './t-book/options';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver';
import type { WebhookReceiverOptions } from './webhook-receiver/options';

export interface SandboxOptions {
  /** Of Open edX; each further system takes the next one. 0 or left out: whatever is free. */
  readonly port?: number;
  readonly openEdx?: Partial<OpenEdxOptions>;
  readonly ldServices?: Partial<LdServicesOptions>;
  /** Left out: none. */
  readonly khalibre?: Partial<KhalibreOptions>;
  /** Left out: none. */
  readonly academy?: Partial<AcademyOptions>;
  /** Left out: none. */
  readonly tBook?: Partial<TBookOptions>;
  /** Left out: none. */
  readonly lrs?: Partial<LrsOptions>;
  /** Left out: none. */
  readonly webhookReceiver?: Partial<WebhookReceiverOptions>;
  /** Microsoft Graph, for Viva Learning; left out: none. */
  readonly graph?: Partial<GraphOptions>;
  /** Managed identity, Key Vault and Entra ID; left out: none. Their tokens are good at the L&D services. */
  readonly azure?: Partial<AzureOptions>;
  /** Milliseconds since 1970, for all systems. */
  readonly clock?: () => number;
  /** For all systems that have none of their own. */
  readonly faults?: FaultPlan | readonly FaultPlan[];
}

/** Pocket versions of the remote systems, each on a port of its own. */
export interface Sandbox {
  readonly openEdx: OpenEdx;
  readonly ldServices: LdServices;
  readonly azure: Azure | undefined;
  readonly khalibre: Khalibre | undefined;
  readonly academy: Academy | undefined;
  readonly tBook: TBook | undefined;
  readonly lrs: Lrs | undefined;
  readonly webhookReceiver: WebhookReceiver | undefined;
  readonly graph: Graph | undefined;
  stop(): Promise<void>;
}

/** @throws Error in one sentence when a port is taken; then nothing is left running. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { clock, faults, port } = options;
  const running: { stop(): Promise<void> }[] = [];
  /** Starts the next system, on the next port. */
  const start = async <T extends { stop(): Promise<void> }>(
    begin: (options: Pick<ServerOptions, 'port' | 'clock' | 'faults'>) => Promise<T>,
  ): Promise<T> => {
    const system = await begin({ port: port ? port + running.length : 0, clock, faults });
    running.push(system);
    return system;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((system) => system.stop()));
  };
  try {
    const openEdx = await start((shared) => startOpenEdx({ ...shared, ...options.openEdx }));
    const ldServices = await start((shared) => startLdServices({ ...shared, ...options.ldServices }));
    const azure = options.azure && (await start((shared) => startAzure({ ...shared, ...options.azure })));
    const khalibre =
      options.khalibre && (await start((shared) => startKhalibre({ ...shared, ...options.khalibre })));
    const academy =
      options.academy && (await start((shared) => startAcademy({ ...shared, ...options.academy })));
    const tBook = options.tBook && (await start((shared) => startTBook({ ...shared, ...options.tBook })));
    const lrs = options.lrs && (await start((shared) => startLrs({ ...shared, ...options.lrs })));
    const webhookReceiver =
      options.webhookReceiver &&
      (await start((shared) => startWebhookReceiver({ ...shared, ...options.webhookReceiver })));
    const graph = options.graph && (await start((shared) => startGraph({ ...shared, ...options.graph })));
    if (azure) ldServices.state.trusted.push(azure.state.desk(ldServices.state.options.resource));
    return { openEdx, ldServices, azure, khalibre, academy, tBook, lrs, webhookReceiver, graph, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
