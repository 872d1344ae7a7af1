import { addressSuite } from '@sio/conformance/suites';
import { describe } from 'vitest';
import { serveAppOn } from './support/serve.js';
import { majors } from './support/start.js';

describe.each(majors)('%s', (_name, express) => addressSuite(serveAppOn(express)));
