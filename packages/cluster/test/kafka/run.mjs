// The tests of clusters on Kafka: `npm run kafka`, or `npm run kafka -- -t freezes` for some of them. Fetches Kafka with Maven into .kafka, once.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startBroker } from '@sio/test-kit/brokers';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const folder = `${root}.kafka`;

/** @param {string} program @param {string[]} args */
const works = (program, args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;

function fetchKafka() {
  if (existsSync(`${folder}/.complete`)) return;
  rmSync(folder, { recursive: true, force: true });
  const pom = fileURLToPath(new URL('pom.xml', import.meta.url));
  const args = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`];
  const { status } = spawnSync('mvn', args, { stdio: 'inherit' });
  if (status === 0 && readdirSync(folder).some((name) => name.startsWith('kafka_')))
    writeFileSync(`${folder}/.complete`, '');
}

/** Kafka starts a hundred times, and most of a start is loading classes: Java lays them up here. */
async function archiveClasses() {
  const archive = `${folder}/classes.jsa`;
  if (existsSync(archive)) return;
  // Java reads no archive that it writes; the last of its programs to end is Kafka itself.
  const made = `${archive}.new`;
  process.env.JAVA_TOOL_OPTIONS = `-XX:ArchiveClassesAtExit=${made}`;
  const broker = await startBroker('kafka');
  await broker.stop();
  await broker.close();
  delete process.env.JAVA_TOOL_OPTIONS;
  if (existsSync(made)) renameSync(made, archive);
}

const lacking = [
  ['java', ['-version']],
  ['mvn', ['--version']],
].filter(([program, args]) => !works(/** @type {string} */ (program), /** @type {string[]} */ (args)));
if (lacking.length === 0) fetchKafka();
if (existsSync(`${folder}/.complete`)) {
  await archiveClasses();
  const env = { ...process.env, SIO_CLUSTER: 'full' };
  process.exitCode =
    spawnSync('npx', ['vitest', 'run', 'packages/cluster/test/kafka.test.ts', ...process.argv.slice(2)], {
      cwd: root,
      env,
      stdio: 'inherit',
    }).status ?? 1;
} else {
  const why =
    lacking.length === 0 ? 'Maven could not fetch it' : `${lacking.map(([name]) => name).join(' and ')} is missing`;
  console.log(`Skipped: the tests of clusters on Kafka, since there is no Kafka: ${why}.`);
  // A build machine must not skip these tests silently.
  if (process.env.SIO_REQUIRE_SERVICES === '1') process.exitCode = 1;
}
