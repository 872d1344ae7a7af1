export {
  type FastifyReplyLike,
  type HapiResponseLike,
  type HapiToolkitLike,
  type KoaContextLike,
  type ScrapeHandlers,
  scrapeHandlers,
} from './handlers.js';
export { Metrics, type MetricsOptions } from './metrics.js';
