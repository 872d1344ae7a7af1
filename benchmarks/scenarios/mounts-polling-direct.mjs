import { directMounts, onMounts } from './mounts.mjs';
import { scenario as polling } from './polling.mjs';

/** The requests of open sessions go past the framework. @type {typeof polling} */
export const scenario = {
  ...onMounts(polling),
  name: 'mounts-polling-direct',
  title: `${polling.title}, establishedRequests: 'direct'`,
  contestants: directMounts,
};
