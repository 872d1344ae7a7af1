import { scenario as connectCold } from './connect-cold.mjs';
import { onMounts } from './mounts.mjs';

export const scenario = onMounts(connectCold);
