import { matrix } from './support/matrix.js';
import { MODERN_WAYS } from './support/ways.js';

matrix(MODERN_WAYS);
