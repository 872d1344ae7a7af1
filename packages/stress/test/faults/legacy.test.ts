import { matrix } from './support/matrix.js';
import { LEGACY_WAYS } from './support/ways.js';

matrix(LEGACY_WAYS);
