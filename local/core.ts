import Module from 'node:module';
import type {
  Callback,
  FunctionMetadata,
  HookCallback,
  HookName,
  LogCategory,
  LogLevel,
  ProgrammingModel,
} from './core-types';
import type { HostLog } from './host-log';

/** A function as the app registered it. */
export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: Callback;
}

/** A log line on its way out; hooks of the app may change its level and text. */
export interface LogEntry {
  readonly level: LogLevel;
  readonly category: LogCategory;
  readonly message: string;
  readonly functionName?: string;
  readonly invocationContext?: unknown;
}

class Disposable {
  static from(...all: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
  #onDispose: (() => unknown) | undefined;
  constructor(onDispose: () => unknown) {
    this.#onDispose = onDispose;
  }
  dispose(): void {
    const onDispose = this.#onDispose;
    this.#onDispose = undefined;
    onDispose?.();
  }
}

/** What the app told the host while its files were loading: its functions, its hooks, its programming model. */
export class Core {
  readonly functions = new Map<string, RegisteredFunction>();
  readonly appHookData: Record<string, unknown> = {};
  readonly #hooks = new Map<HookName, HookCallback[]>();
  #model: ProgrammingModel | undefined;
  #sealed = false;
  sink: HostLog = () => undefined;

  /** @throws Error when no file of the app has used `@azure/functions`. */
  get model(): ProgrammingModel {
    if (!this.#model) throw new Error('The app registered no function through @azure/functions');
    return this.#model;
  }

  /** From here on the app may not register functions any more, as on the platform. */
  seal(): void {
    this.#sealed = true;
  }

  /** Runs the hooks one after another, in the order of their registration. @throws what a hook throws */
  async runHooks(name: HookName, context: Record<string, unknown>): Promise<void> {
    for (const hook of [...(this.#hooks.get(name) ?? [])]) await hook(context);
  }

  /** Passes the line through the app's log hooks and writes it. */
  write(entry: LogEntry): void {
    const context = { hookData: {}, appHookData: this.appHookData, ...entry };
    for (const hook of this.#hooks.get('log') ?? []) {
      // A hook that throws must not take the function down that happened to log.
      try {
        hook(context);
      } catch (error) {
        this.sink('error', `A log hook failed: ${String(error)}`, entry.functionName);
      }
    }
    this.sink(context.level, context.message, entry.functionName);
  }

  /** The object that `require('@azure/functions-core')` gives. */
  readonly api = {
    version: '3.0.0',
    // The library compares nothing with this; it stands for the host generation whose behaviour is offered.
    hostVersion: '4.1000.0',
    Disposable,
    setProgrammingModel: (model: ProgrammingModel): void => {
      this.#model = model;
    },
    getProgrammingModel: (): ProgrammingModel | undefined => this.#model,
    log: (level: LogLevel, category: LogCategory, message: string): void =>
      this.write({ level, category, message }),
    registerFunction: (metadata: FunctionMetadata, callback: Callback): Disposable => {
      if (this.#sealed) throw new Error('A function can only be registered while the app starts');
      if (this.functions.has(metadata.name))
        throw new Error(`Two functions have the name "${metadata.name}": rename one`);
      this.functions.set(metadata.name, { metadata, callback });
      return new Disposable(() => this.functions.delete(metadata.name));
    },
    registerHook: (name: HookName, callback: HookCallback): Disposable => {
      const hooks = this.#hooks.get(name) ?? [];
      this.#hooks.set(name, hooks);
      hooks.push(callback);
      return new Disposable(() => hooks.splice(hooks.indexOf(callback), 1));
    },
  };
}

let installed: Core | undefined;

/**
 * Makes `require('@azure/functions-core')` answer in this process, which is how the platform's worker offers
 * it too. There is one core a process, because `@azure/functions` keeps the first that it gets.
 */
export function installCore(): Core {
  if (installed) return installed;
  const core = new Core();
  const prototype = Module.prototype as unknown as { require: (id: string) => unknown };
  prototype.require = new Proxy(prototype.require, {
    apply: (target, self, args: [string]) =>
      args[0] === '@azure/functions-core' ? core.api : Reflect.apply(target, self, args),
  });
  return (installed = core);
}
