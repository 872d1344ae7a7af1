/** Transports, in the order in which a client tries them. */
export const WAYS = ['polling', 'websocket', 'polling,websocket'] as const;
export type Way = (typeof WAYS)[number];

/** Each step of the tour, and what a client reports of it when all is well. */
export const TOUR: Readonly<Record<string, string>> = {
  connect: 'yes',
  'echo text': 'žluťoučký 語 😀',
  'answer a question': 'well, what?',
  'burst in order': '100',
  'echo bytes': '010203010203',
  'join /chat': 'yes',
  'notice the end': 'yes',
};

/** Reads what a client prints: `== way`, and then the lines `step: report`. */
export function readReports(output: string): Record<string, Record<string, string>> {
  const reports: Record<string, Record<string, string>> = {};
  let current: Record<string, string> = {};
  for (const line of output.split('\n')) {
    if (line.startsWith('== ')) {
      current = {};
      reports[line.slice(3).trim()] = current;
    }
    const [, step = '', report = ''] = /^([\w /]+): (.*)$/.exec(line.trim()) ?? [];
    if (step in TOUR || step === 'failed') current[step] = report;
  }
  return reports;
}
