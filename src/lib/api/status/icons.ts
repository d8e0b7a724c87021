import type { RunState } from '../../domain/run';
import { html, type Html } from './html';
import type { Level } from './shown';

// Every state has a shape and a word of its own: colour alone tells many people nothing.
const shapes = html`
  <svg width="0" height="0" aria-hidden="true" focusable="false">
    <symbol id="i-good" viewBox="0 0 16 16">
      <circle cx="8" cy="8" r="7.5" />
      <path d="M4.5 8.3l2.4 2.4 4.6-5" />
    </symbol>
    <symbol id="i-look" viewBox="0 0 16 16">
      <path class="f" d="M8 .8l7.6 14H.4z" />
      <path d="M8 5.8v4M8 12v.6" />
    </symbol>
    <symbol id="i-bad" viewBox="0 0 16 16">
      <path class="f" d="M4.9.5h6.2l4.4 4.4v6.2l-4.4 4.4H4.9L.5 11.1V4.9z" />
      <path d="M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4" />
    </symbol>
    <symbol id="i-run" viewBox="0 0 16 16"><path class="f" d="M3 1.2l11 6.8-11 6.8z" /></symbol>
    <symbol id="i-wait" viewBox="0 0 16 16">
      <circle class="o" cx="8" cy="8" r="6.6" />
      <path class="o" d="M8 4.2V8l2.6 1.8" />
    </symbol>
    <symbol id="i-off" viewBox="0 0 16 16">
      <circle class="o" cx="8" cy="8" r="6.6" />
      <path class="o" d="M4.8 8h6.4" />
    </symbol>
  </svg>
`;
export const sprite: Html = shapes;

export type Shape = Level | 'run' | 'wait' | 'off';
/** A colour, by what it says. */
export type Tone = Level | 'busy' | 'quiet';

const looks: Readonly<Record<RunState, { readonly shape: Shape; readonly tone: Tone }>> = {
  waiting: { shape: 'wait', tone: 'quiet' },
  running: { shape: 'run', tone: 'busy' },
  succeeded: { shape: 'good', tone: 'good' },
  partial: { shape: 'look', tone: 'look' },
  failed: { shape: 'bad', tone: 'bad' },
  cancelled: { shape: 'off', tone: 'quiet' },
  skipped: { shape: 'off', tone: 'quiet' },
};

export const icon = (shape: Shape): Html =>
  html`<svg class="i" aria-hidden="true"><use href="#i-${shape}" /></svg>`;

/** The shape and the tone of a run's state. */
export const lookOf = (state: RunState): { readonly shape: Shape; readonly tone: Tone } => looks[state];

/** A shape and its word. */
export const mark = (shape: Shape, tone: Tone, word: string): Html =>
  html`<span class="b ${tone}">${icon(shape)}${word}</span>`;

/** The state of a run: its shape and its word. */
export const badge = (state: RunState): Html => mark(looks[state].shape, looks[state].tone, state);
