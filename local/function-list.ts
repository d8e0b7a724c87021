import type { HostFunction } from './functions';

/** The list that `func start` prints: HTTP functions with methods and address, then timers, then queues. */
export function functionList(functions: readonly HostFunction[], url: string): string {
  const base = url.replace('127.0.0.1', 'localhost');
  const runs = functions.filter((fn) => !fn.problem);
  const lines = [
    ...runs
      .filter((fn) => fn.kind === 'http')
      .map((fn) => `${fn.name}: [${fn.methods.join(',')}] ${base}/${fn.route.template}`),
    ...runs.filter((fn) => fn.kind === 'timer').map((fn) => `${fn.name}: timer ${fn.scheduleText} (UTC)`),
    ...runs.filter((fn) => fn.kind === 'queue').map((fn) => `${fn.name}: queue ${fn.queueName}`),
  ];
  const not = functions.filter((fn) => fn.problem).map((fn) => `${fn.name}: does not run, ${fn.problem}`);
  return ['Functions:', '', ...[...lines, ...not].map((line) => `  ${line}`), ''].join('\n');
}
