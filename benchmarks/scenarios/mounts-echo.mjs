import { scenario as echo } from './echo.mjs';
import { onMounts } from './mounts.mjs';

export const scenario = onMounts(echo);
