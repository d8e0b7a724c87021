/** A hash of each file that the compiler reads, by path below the folder. */
export function hashInputs(folder: string): Record<string, string>;
/** What the snapshots in the folder were made of. */
export function readInputs(folder: string): Record<string, string>;
export function writeInputs(folder: string): void;
