import type { Peer } from '@sio/core/mount';
import type { Request } from 'express';

type TrustProxy = (address: string | undefined, hop: number) => boolean;

/** The client by the app's `trust proxy` setting. */
export function peerOf(req: Request): Peer {
  return { host: hostOf(req), address: req.ip, secure: req.secure };
}

/** With its port, which `req.hostname` leaves out. */
function hostOf(req: Request): string | undefined {
  const forwarded = req.get('X-Forwarded-Host');
  const trust = req.app.get('trust proxy fn') as TrustProxy;
  if (forwarded === undefined || !trust(req.socket.remoteAddress, 0)) return req.get('Host');
  return forwarded.split(',')[0]?.trim();
}
