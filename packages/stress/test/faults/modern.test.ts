import { MODERN_PROFILES } from './support/client-profiles.js';
import { matrix } from './support/matrix.js';

matrix(MODERN_PROFILES);
