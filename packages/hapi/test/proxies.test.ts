import { proxySuite } from '@sio/conformance/suites';
import { serveApp } from './support/serve.js';

proxySuite(serveApp);
