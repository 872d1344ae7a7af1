import type { ServerResponse } from 'node:http';
import { type Registry, register } from 'prom-client';

/** The part of a Koa context that a scrape needs. */
export interface KoaContextLike {
  body: unknown;
  set(name: string, value: string): void;
}

/** The part of a Fastify reply that a scrape needs. */
export interface FastifyReplyLike {
  header(name: string, value: string): unknown;
  send(payload: string): unknown;
}

/** The part of a Hapi toolkit that a scrape needs. */
export interface HapiToolkitLike<Response> {
  response(payload: string): Response;
}

/** The part of a Hapi response that a scrape needs. */
export interface HapiResponseLike {
  header(name: string, value: string): unknown;
}

/** Answers to a scrape, for each framework. Mount them behind your own guards: figures are not for strangers. */
export interface ScrapeHandlers {
  /** For Express and plain Node. A failure to collect is answered with 500. */
  node(req: unknown, res: ServerResponse): Promise<void>;
  /** For Koa. */
  koa(ctx: KoaContextLike): Promise<void>;
  /** For Fastify. */
  fastify(request: unknown, reply: FastifyReplyLike): Promise<unknown>;
  /** For Hapi. */
  hapi<Response extends HapiResponseLike>(request: unknown, h: HapiToolkitLike<Response>): Promise<Response>;
}

const INTERNAL_ERROR = 500;

/**
 * Handlers that give a registry's metrics in Prometheus' text format.
 * @param registry Default: the global registry of prom-client.
 */
export function scrapeHandlers(registry: Registry = register): ScrapeHandlers {
  const type = registry.contentType;
  return {
    async node(_req, res) {
      try {
        const text = await registry.metrics();
        res.setHeader('Content-Type', type);
        res.end(text);
      } catch (error) {
        res.statusCode = INTERNAL_ERROR;
        res.end(`The metrics could not be collected: ${(error as Error).message}\n`);
      }
    },
    async koa(ctx) {
      const text = await registry.metrics();
      ctx.set('Content-Type', type);
      ctx.body = text;
    },
    async fastify(_request, reply) {
      const text = await registry.metrics();
      reply.header('Content-Type', type);
      return reply.send(text);
    },
    async hapi(_request, h) {
      const response = h.response(await registry.metrics());
      response.header('Content-Type', type);
      return response;
    },
  };
}
