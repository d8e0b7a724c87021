import { execFile } from 'node:child_process';

/**
 * Runs a program to its end, or to the time it is given.
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, timeoutMs?: number }} options env is added to that of this
 *   process, of which what azd and the templates read is left out: the caller's own environments change nothing here.
 * @returns {Promise<{ ok: boolean, stdout: string, text: string }>} text is both of its outputs.
 */
export const run = (file, args, { cwd, env, timeoutMs = 60_000 } = {}) =>
  new Promise((resolve) => {
    const own = Object.entries(process.env).filter(([name]) => !/^(AZURE_|LMS_BRIDGE_)/.test(name));
    const options = {
      cwd,
      env: { ...Object.fromEntries(own), DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1', ...env },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 * 1024,
    };
    execFile(file, args, options, (error, stdout, stderr) =>
      resolve({ ok: !error, stdout, text: [stdout, stderr].filter(Boolean).join('\n') }),
    );
  });
