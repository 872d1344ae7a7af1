import { cancel, isCancel, select, text } from '@clack/prompts';
import { assertFree, FRAMEWORKS, type Framework, LANGUAGES, type Language, Mistake, type Project } from './project.js';

/** Names as people write them. */
const LABELS: Readonly<Record<Framework | Language, string>> = {
  express: 'Express',
  koa: 'Koa',
  fastify: 'Fastify',
  hapi: 'Hapi',
  typescript: 'TypeScript',
  javascript: 'JavaScript',
};

/**
 * Asks for what the flags leave open.
 *
 * @returns undefined if the user cancels
 */
export async function askFor(given: Partial<Project>): Promise<Project | undefined> {
  const folder =
    given.folder ?? (await text({ message: 'Folder', defaultValue: 'my-chat', placeholder: 'my-chat', validate }));
  if (isCancel(folder)) return stop();
  const framework = given.framework ?? (await select({ message: 'Framework', options: choicesOf(FRAMEWORKS) }));
  if (isCancel(framework)) return stop();
  const language = given.language ?? (await select({ message: 'Language', options: choicesOf(LANGUAGES) }));
  if (isCancel(language)) return stop();
  return { folder, framework, language };
}

function choicesOf<T extends Framework | Language>(values: readonly T[]) {
  return values.map((value) => ({ value, label: LABELS[value] })) as { value: T; label: string }[];
}

function validate(folder: string | undefined): string | undefined {
  try {
    assertFree(folder === undefined || folder === '' ? 'my-chat' : folder);
    return undefined;
  } catch (error) {
    if (error instanceof Mistake) return error.message;
    throw error;
  }
}

function stop(): undefined {
  cancel('Nothing is written.');
}
