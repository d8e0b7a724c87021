import { type Utc, type Window, later } from '../../domain/time';

/** Windows in order, those that touch or overlap made one. */
export function mergedIntervals(windows: readonly Window[]): Window[] {
  const result: Window[] = [];
  for (const window of [...windows].sort((a, b) => a.from.localeCompare(b.from))) {
    const last = result.at(-1);
    if (last && window.from <= last.to)
      result[result.length - 1] = { from: last.from, to: later(last.to, window.to) };
    else result.push(window);
  }
  return result;
}

/** What is left of a window once others are taken out of it, in order. */
export function without(window: Window, done: readonly Window[]): Window[] {
  const left: Window[] = [];
  let from = window.from;
  for (const hole of mergedIntervals(done)) {
    if (hole.to <= from || hole.from >= window.to) continue;
    if (hole.from > from) left.push({ from, to: hole.from });
    from = later(from, hole.to);
  }
  if (from < window.to) left.push({ from, to: window.to });
  return left;
}

/**
 * Moves a watermark over the windows that are done and touch it; what lies beyond a hole is remembered.
 * The watermark never goes back.
 */
export function advance(watermark: Utc, done: readonly Window[]): { watermark: Utc; beyond: Window[] } {
  let at = watermark;
  const beyond: Window[] = [];
  for (const window of mergedIntervals(done)) {
    if (window.to <= at) continue;
    if (window.from <= at) at = window.to;
    else beyond.push(window);
  }
  return { watermark: at, beyond };
}
