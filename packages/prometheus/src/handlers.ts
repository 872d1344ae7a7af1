import { type RouteHandlers, routeHandlers } from '@sio/core/mount';
import { type Registry, register } from 'prom-client';

/** Handlers that answer a scrape, for each framework. Mount them behind your own guards: the figures are not public. */
export type ScrapeHandlers = RouteHandlers;

/**
 * Handlers that give a registry's metrics in Prometheus' text format. A failure to collect is answered with 500.
 * @param registry Default: the global registry of prom-client.
 */
export function scrapeHandlers(registry: Registry = register): ScrapeHandlers {
  const headers = { 'Content-Type': registry.contentType };
  return routeHandlers(async () => ({ headers, body: await registry.metrics() }));
}
