import { addressSuite } from '@sio/conformance/suites';
import { describe } from 'vitest';
import { majors } from './support/kit.js';
import { serveAppOn } from './support/serve.js';

describe.each(majors)('%s', (_name, express) => addressSuite(serveAppOn(express)));
