import type { Out } from './terminal';

const redrawMs = 100;
const plainEveryMs = 5_000;
const barWidth = 20;

/** Shows how far it is: one line that is drawn again and again on a terminal, now and then a line anywhere else. */
export class ProgressLine {
  readonly #timer: NodeJS.Timeout;
  #drawn = '';
  #said = '';

  /** @param line gives the text. @param bar the width it may give to a bar. */
  constructor(
    private readonly out: Out,
    private readonly line: (bar: number) => string,
  ) {
    this.#timer = setInterval(() => this.#show(), out.isTTY ? redrawMs : plainEveryMs);
    this.#timer.unref();
  }

  /** Writes lines above the one that is drawn. */
  above(text: string): void {
    this.#clear();
    this.out.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** Makes room for what another stream of the same screen writes. */
  hide(): void {
    this.#clear();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  #show(): void {
    if (!this.out.isTTY) {
      const text = this.line(0);
      if (text !== this.#said) this.out.write(`${text}\n`);
      this.#said = text;
      return;
    }
    // A line that wraps could not be drawn over.
    const text = this.line(barWidth).slice(0, (this.out.columns ?? 80) - 1);
    if (text === this.#drawn) return;
    this.out.write(`\r${text}\u001b[K`);
    this.#drawn = text;
  }

  #clear(): void {
    if (this.#drawn) this.out.write('\r\u001b[K');
    this.#drawn = '';
  }
}
