import { asCodecError, CodecError } from '../codec-error.js';

/** The packets of one HTTP body, up to the first that is wrong. */
export interface DecodedPayload<Frame> {
  readonly frames: Frame[];
  /** Why decoding stopped; undefined when the whole body was read. */
  readonly error: CodecError | undefined;
}

/** Runs `read`, which pushes into `frames`; what it throws becomes the payload's error. */
export function collect<Frame>(read: (frames: Frame[]) => void): DecodedPayload<Frame> {
  const frames: Frame[] = [];
  try {
    read(frames);
    return { frames, error: undefined };
  } catch (error) {
    return { frames, error: asCodecError(error, 'bad_payload', 'Payload cannot be read') };
  }
}

/** @throws {CodecError} `too_many_packets` when there is no room for one more after `count` */
export function demandRoom(count: number, maxPackets: number): void {
  if (count >= maxPackets) throw new CodecError('too_many_packets', `More than ${maxPackets} packets in a payload`);
}
