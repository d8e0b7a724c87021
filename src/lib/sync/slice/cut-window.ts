import { toMs, type Utc, utc, type Window } from '../../domain/time';

export interface CutOptions {
  readonly maxRows: number;
  /** Asks the source how many rows a window has. */
  readonly probe: (window: Window) => Promise<number>;
  /** Moves a cut to where it may lie; gives undefined when the window cannot be cut there. */
  readonly place: (cut: Utc, window: Window) => Utc | undefined;
}

export interface CutWindow {
  readonly window: Window;
  /** What the source counted when the window was cut; it may differ by the time it is read. */
  readonly expected: number;
}

/**
 * Cuts a window into pieces of at most `maxRows`, by halving and counting the left half only. Asks at most three
 * times for each `maxRows` rows, the caller's first count included: rows that all lie in one spot would otherwise be
 * hunted down second by second. Such rows make fewer pieces than there are times `maxRows` of them, so that it may be
 * more than three times a piece. What is still too large then is halved by the worker that meets it.
 * @param count rows in the whole window.
 */
export async function cutWindow(window: Window, count: number, options: CutOptions): Promise<CutWindow[]> {
  let probesLeft = 3 * Math.ceil(count / options.maxRows) - 1;
  const pieces: CutWindow[] = [];
  const open: CutWindow[] = [{ window, expected: count }];
  for (let piece = open.pop(); piece; piece = open.pop()) {
    const cut =
      piece.expected > options.maxRows && probesLeft > 0 ? halfway(piece.window, options.place) : undefined;
    if (!cut) {
      push(pieces, piece, options.maxRows);
      continue;
    }
    const left = { from: piece.window.from, to: cut };
    probesLeft--;
    const inLeft = await options.probe(left);
    open.push({ window: { from: cut, to: piece.window.to }, expected: Math.max(0, piece.expected - inLeft) });
    open.push({ window: left, expected: inLeft });
  }
  return pieces;
}

/** The middle of a window, where it may be cut; undefined when it may not. A second is never cut. */
export function halfway(window: Window, place: CutOptions['place']): Utc | undefined {
  const from = toMs(window.from);
  const to = toMs(window.to);
  if (to - from < 2_000) return undefined;
  const cut = place(utc((from + to) / 2), window);
  return cut && cut > window.from && cut < window.to ? cut : undefined;
}

// Neighbours that fit together are one piece: an empty stretch costs no slice of its own.
function push(pieces: CutWindow[], piece: CutWindow, maxRows: number): void {
  const last = pieces.at(-1);
  if (last && last.expected + piece.expected <= maxRows)
    pieces[pieces.length - 1] = {
      window: { from: last.window.from, to: piece.window.to },
      expected: last.expected + piece.expected,
    };
  else pieces.push(piece);
}
