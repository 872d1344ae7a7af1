import { addressSuite } from '@sio/conformance/suites';
import { describe } from 'vitest';
import { serveWith } from './support/serve.js';
import { majors } from './support/start.js';

describe.each(majors)('%s', (_name, major) => addressSuite(serveWith(major)));
