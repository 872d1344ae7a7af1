import { onMounts } from './mounts.mjs';
import { scenario as polling } from './polling.mjs';

export const scenario = onMounts(polling);
