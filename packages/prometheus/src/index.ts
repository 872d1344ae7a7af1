export type {
  FastifyReplyLike,
  FastifyRequestLike,
  HapiRequestLike,
  HapiResponseLike,
  HapiToolkitLike,
  KoaContextLike,
} from '@sio/core/mount';
export { type ScrapeHandlers, scrapeHandlers } from './handlers.js';
export { Metrics, type MetricsOptions } from './metrics.js';
