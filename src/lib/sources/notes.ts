import type { Note } from '../domain/notes';

const most = 20;

/** What a page has to say to the operator: each thing once, with how many rows it concerns. */
export class Notes {
  private readonly counts = new Map<string, number>();

  add(what: string, rows = 1): void {
    if (this.counts.size >= most && !this.counts.has(what)) return;
    this.counts.set(what, (this.counts.get(what) ?? 0) + rows);
  }

  /** @returns undefined when there is nothing to say. */
  list(): Note[] | undefined {
    return this.counts.size === 0 ? undefined : [...this.counts].map(([text, rows]) => ({ text, rows }));
  }
}
