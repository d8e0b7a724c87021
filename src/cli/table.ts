/** Columns side by side, each as wide as its widest cell; the last one is left as long as it is. */
export function table(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  return rows
    .map((row) => indent + row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** `12,345` */
export const grouped = (n: number): string => Math.round(n).toLocaleString('en-US');

/** `8 s`, `3 min`, `2 h 5 min`, `12 days`. @param ms milliseconds */
export function inTime(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes >= 3 * 24 * 60) return `${Math.round(minutes / (24 * 60))} days`;
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
