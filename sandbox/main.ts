import { startSandbox } from './sandbox';
import { sandboxSettings } from './settings';

async function main(): Promise<void> {
  const sandbox = await startSandbox({
    openEdx: { port: portFrom('SANDBOX_PORT_OPENEDX', 7080), activity: 12 },
    khalibre: { port: portFrom('SANDBOX_PORT_KHALIBRE', 7081), activity: 12 },
    academy: { port: portFrom('SANDBOX_PORT_ACADEMY', 7082), activity: 12 },
    tBook: { port: portFrom('SANDBOX_PORT_TBOOK', 7083) },
    ldServices: { port: portFrom('SANDBOX_PORT_LD', 7090) },
  });
  const { openEdx, khalibre, academy, tBook, ldServices } = sandbox;
  console.log(
    `Open edX      ${openEdx.url}  (${openEdx.state.courses.size} courses, ${openEdx.state.grades.size} grades)`,
  );
  if (khalibre) {
    const { courses, progress } = khalibre.state;
    console.log(
      `Khalibre      ${khalibre.url}  (${courses.size} courses, ${progress.length} rows of progress)`,
    );
  }
  if (academy) {
    const { courses, enrolments } = academy.state;
    console.log(`Academy       ${academy.url}  (${courses.size} courses, ${enrolments.size} enrolments)`);
  }
  if (tBook) console.log(`T-book        ${tBook.url}  (${tBook.state.learners.size} learners)`);
  console.log(`L&D services  ${ldServices.url}`);
  console.log('\nWhat they hold, and faults on request: GET /_sandbox on each.');
  console.log('Settings that lead LMS Bridge here:\n');
  for (const [name, value] of Object.entries(sandboxSettings(sandbox))) console.log(`${name}=${value}`);
  const stop = (): void => void sandbox.stop();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function portFrom(name: string, otherwise: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return otherwise;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`${name} must be a port number from 0 to 65535.`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
