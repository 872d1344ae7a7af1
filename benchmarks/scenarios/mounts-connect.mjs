import { scenario as connect } from './connect.mjs';
import { onMounts } from './mounts.mjs';

export const scenario = onMounts(connect, { warmup: 6000, count: 2000 });
