import { LEGACY_PROFILES } from './support/client-profiles.js';
import { matrix } from './support/matrix.js';

matrix(LEGACY_PROFILES);
