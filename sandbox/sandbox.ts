import type { FaultPlan } from './faults';
import { startLdServices, type LdServices } from './ld-services';
import type { LdServicesOptions } from './ld-services/options';
import { startOpenEdx, type OpenEdx } from './open-edx';
import type { OpenEdxOptions } from './open-edx/options';

export interface SandboxOptions {
  /** Of Open edX; each further system takes the next one. 0 or left out: whatever is free. */
  readonly port?: number;
  readonly openEdx?: Partial<OpenEdxOptions>;
  readonly ldServices?: Partial<LdServicesOptions>;
  /** Milliseconds since 1970, for all systems. */
  readonly clock?: () => number;
  /** For all systems that have none of their own. */
  readonly faults?: FaultPlan | readonly FaultPlan[];
}

/** Pocket versions of the remote systems, each on a port of its own. */
export interface Sandbox {
  readonly openEdx: OpenEdx;
  readonly ldServices: LdServices;
  stop(): Promise<void>;
}

/** @throws Error in one sentence when a port is taken; then nothing is left running. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { clock, faults, port } = options;
  const shared = (
    place: number,
  ): { port: number; clock?: () => number; faults?: SandboxOptions['faults'] } => ({
    port: port ? port + place : 0,
    clock,
    faults,
  });
  const openEdx = await startOpenEdx({ ...shared(0), ...options.openEdx });
  try {
    const ldServices = await startLdServices({ ...shared(1), ...options.ldServices });
    return {
      openEdx,
      ldServices,
      stop: async () => {
        await Promise.all([openEdx.stop(), ldServices.stop()]);
      },
    };
  } catch (error) {
    await openEdx.stop();
    throw error;
  }
}
