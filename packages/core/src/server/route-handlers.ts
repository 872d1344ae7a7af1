import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** A request as an {@link Answering} sees it, the same on each framework. */
export interface PlainRequest {
  /** The method, in capitals. */
  readonly method: string;
  /** The query of the URL. */
  readonly query: URLSearchParams;
  /** The headers of the request, with lower-case names. */
  readonly headers: IncomingHttpHeaders;
}

/** The answer to a {@link PlainRequest}. */
export interface PlainReply {
  /** The status. @default 200 */
  readonly status?: number;
  /** The headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body. */
  readonly body: string | Buffer;
}

/** A function that answers requests, the same on each framework. */
export type Answering = (request: PlainRequest) => PlainReply | Promise<PlainReply>;

/** The part of a Koa context that a handler needs. */
export interface KoaContextLike {
  readonly req: IncomingMessage;
  status: number;
  body: unknown;
  set(name: string, value: string): void;
}

/** The part of a Fastify request that a handler needs. */
export interface FastifyRequestLike {
  readonly raw: { readonly method?: string | undefined; readonly url?: string | undefined; readonly headers: object };
}

/** The part of a Fastify reply that a handler needs. */
export interface FastifyReplyLike {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(payload: string | Buffer): unknown;
}

/** The part of a Hapi request that a handler needs. */
export interface HapiRequestLike {
  readonly raw: { readonly req: IncomingMessage };
}

/** The part of a Hapi toolkit that a handler needs. */
export interface HapiToolkitLike<Response> {
  response(payload: string | Buffer): Response;
}

/** The part of a Hapi response that a handler needs. */
export interface HapiResponseLike {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
}

/** Handlers of one route, for each framework. Put guards of your own before them. */
export interface RouteHandlers {
  /** For Express and plain Node. */
  node(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** For Koa. */
  koa(ctx: KoaContextLike): Promise<void>;
  /** For Fastify. */
  fastify(request: FastifyRequestLike, reply: FastifyReplyLike): Promise<unknown>;
  /** For Hapi. */
  hapi<Response extends HapiResponseLike>(request: HapiRequestLike, h: HapiToolkitLike<Response>): Promise<Response>;
}

const OK = 200;
const METHOD_NOT_ALLOWED = 405;
const INTERNAL_ERROR = 500;

/** Makes an answer with a body of this content type, which browsers do not guess otherwise. @param headers further headers. */
export function contentReply(
  type: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): PlainReply {
  return { headers: { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff', ...headers }, body };
}

/** Makes an answer of one line of text, such as a refusal. */
export function lineReply(status: number, text: string, headers?: Readonly<Record<string, string>>): PlainReply {
  return { ...contentReply('text/plain; charset=utf-8', `${text}\n`, headers), status };
}

/** Wraps `answer` so that every method but GET and HEAD is refused with 405. */
export function onlyGet(answer: Answering): Answering {
  return (request) => {
    if (request.method === 'GET' || request.method === 'HEAD') return answer(request);
    return lineReply(METHOD_NOT_ALLOWED, 'Use GET.', { Allow: 'GET, HEAD' });
  };
}

/**
 * Makes handlers for each framework of one function that answers requests. A failure is answered with 500 on plain Node and Express;
 * on the other frameworks, the framework answers it.
 */
export function routeHandlers(answer: Answering): RouteHandlers {
  return {
    async node(req, res) {
      let reply: PlainReply;
      try {
        reply = await answer(plain(req));
      } catch (error) {
        reply = lineReply(INTERNAL_ERROR, `The request could not be answered: ${(error as Error).message}`);
      }
      res.statusCode = reply.status ?? OK;
      for (const [name, value] of Object.entries(reply.headers)) res.setHeader(name, value);
      res.end(reply.body);
    },
    async koa(ctx) {
      const { status = OK, headers, body } = await answer(plain(ctx.req));
      ctx.status = status;
      ctx.body = body;
      for (const [name, value] of Object.entries(headers)) ctx.set(name, value);
    },
    async fastify(request, reply) {
      const { status = OK, headers, body } = await answer(plain(request.raw));
      reply.code(status);
      for (const [name, value] of Object.entries(headers)) reply.header(name, value);
      return reply.send(body);
    },
    async hapi(request, h) {
      const { status = OK, headers, body } = await answer(plain(request.raw.req));
      const response = h.response(body);
      response.code(status);
      for (const [name, value] of Object.entries(headers)) response.header(name, value);
      return response;
    },
  };
}

function plain({ method = 'GET', url = '/', headers }: FastifyRequestLike['raw']): PlainRequest {
  const start = url.indexOf('?');
  const query = new URLSearchParams(start === -1 ? '' : url.slice(start));
  return { method: method.toUpperCase(), query, headers: headers as IncomingHttpHeaders };
}
