import { type RouteHandlers, routeHandlers } from '@sio/core/mount';
import { type Registry, register } from 'prom-client';

/** Handlers that answer a scrape, for each framework. Mount them behind your own guards: the figures are not public. */
export type ScrapeHandlers = RouteHandlers;

/**
 * Creates handlers that answer with the metrics of a registry, in the text format of Prometheus. They answer with 500 if a metric cannot be
 * collected.
 * @param registry the registry to serve. Default: the global registry of prom-client.
 */
export function scrapeHandlers(registry: Registry = register): ScrapeHandlers {
  const headers = { 'Content-Type': registry.contentType };
  return routeHandlers(async () => ({ headers, body: await registry.metrics() }));
}
