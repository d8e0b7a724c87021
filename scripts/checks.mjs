// What `npm test` checks before it runs a test, all at once: each is told when it has ended, whole.
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';

const checks = ['lint', 'format:check', 'typecheck', 'build'];

const run = (check) =>
  new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', check], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = [];
    child.stdout.on('data', (chunk) => said.push(chunk));
    child.stderr.on('data', (chunk) => said.push(chunk));
    child.once('close', (code) => {
      process.stdout.write(Buffer.concat(said));
      if (code !== 0) console.log(`npm run ${check} failed`);
      resolve(code === 0);
    });
  });

const passed = await Promise.all(checks.map(run));
process.exitCode = passed.every(Boolean) ? 0 : 1;
