// Complains about commits since a base whose subject is too long or has no type: node scripts/check-subjects.mjs origin/main
import { execFileSync } from 'node:child_process';

const MAX_LENGTH = 72;
const FORM = /^(?:(?:build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test)(?:\([\w.,/ -]+\))?!?: \S|Revert ")/;

const [base = 'origin/main'] = process.argv.slice(2);
const log = execFileSync('git', ['log', '--no-merges', '--format=%h %s', `${base}..HEAD`], { encoding: 'utf8' });
for (const line of log.split('\n').filter(Boolean)) {
  const subject = line.slice(line.indexOf(' ') + 1);
  if (subject.length <= MAX_LENGTH && FORM.test(subject)) continue;
  console.error(
    `${line}\n  A subject reads "type(scope): effect" in at most ${MAX_LENGTH} characters; this has ${subject.length}.`,
  );
  process.exitCode = 1;
}
