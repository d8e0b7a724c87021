import { randomBytes, randomUUID } from 'node:crypto';
import type { Core, RegisteredFunction } from './core';
import type { Callback, CoreInvocationContext, InvocationResponse, TypedData } from './core-types';

/** What a trigger hands over. */
export interface Trigger {
  readonly data: TypedData;
  readonly metadata?: Record<string, TypedData>;
  /** A W3C traceparent, when the caller sent one. */
  readonly traceParent?: string | undefined;
}

/**
 * Runs a function once, in the order of the platform's worker: arguments, pre hooks (they may replace inputs
 * and callback), the function, post hooks (they may replace result and error), response.
 * @throws what the function or a hook threw
 */
export async function invoke(
  core: Core,
  { metadata, callback: registered }: RegisteredFunction,
  trigger: Trigger,
  invocationId: string = randomUUID(),
): Promise<InvocationResponse> {
  const binding = Object.entries(metadata.bindings).find(([, each]) => isTrigger(each.type));
  if (!binding) throw new Error(`The function ${metadata.name} has no trigger`);
  // Filled once the arguments are there; a line may be logged before.
  const seen: { context?: unknown } = {};
  const coreContext: CoreInvocationContext = {
    invocationId,
    metadata,
    request: {
      invocationId,
      inputData: [{ name: binding[0], data: trigger.data }],
      triggerMetadata: trigger.metadata ?? {},
      traceContext: { traceParent: trigger.traceParent ?? newTraceParent() },
    },
    log: (level, category, message) =>
      core.write({ level, category, message, functionName: metadata.name, invocationContext: seen.context }),
  };
  const model = core.model.getInvocationModel(coreContext);
  const { context, inputs } = await model.getArguments();
  seen.context = context;

  const hookData = {};
  const before = {
    hookData,
    appHookData: core.appHookData,
    invocationContext: context,
    inputs,
    functionCallback: registered,
  };
  await during('preInvocationHooks', () => core.runHooks('preInvocation', before));

  const after: Record<string, unknown> = {
    hookData,
    appHookData: core.appHookData,
    invocationContext: context,
    inputs: before.inputs,
    result: null,
    error: null,
  };
  await during('invocation', async () => {
    try {
      const callback: Callback = before.functionCallback;
      after.result = await model.invokeFunction(context, before.inputs, callback);
    } catch (error) {
      // `throw undefined` is a failure too, and a post hook must be able to see and replace it.
      after.error = error ?? new Error('The function threw nothing');
    }
  });
  await during('postInvocationHooks', () => core.runHooks('postInvocation', after));
  if (after.error !== null && after.error !== undefined) throw after.error as Error;
  return model.getResponse(context, after.result);

  async function during(state: CoreInvocationContext['state'], work: () => Promise<void>): Promise<void> {
    coreContext.state = state;
    try {
      await work();
    } finally {
      coreContext.state = undefined;
    }
  }
}

export const isTrigger = (type: string): boolean => type.toLowerCase().endsWith('trigger');

const newTraceParent = (): string =>
  `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
