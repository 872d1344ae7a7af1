import { addressSuite } from '@sio/conformance/suites';
import { serveApp } from './support/serve.js';

addressSuite(serveApp);
