/** For esbuild's `define`, wherever the module that serves the script is compiled. */
export function pageScript(): Record<string, string>;
/** That module. */
export const served: string;
