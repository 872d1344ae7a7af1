import express5 from 'express';
import express4 from 'express4';

export * from '@sio/test-kit';

/** Both majors, under the types of the newer. */
export const majors = [
  ['Express 5', express5],
  ['Express 4', express4],
] as const;
