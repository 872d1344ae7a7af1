import type { Target } from '../target.js';
import type { UnderTest } from '../under-test.js';
import { differentialTargets } from './differential.js';
import { packetTargets } from './packets.js';
import { payloadTargets } from './payloads.js';
import { requestTargets } from './requests.js';
import { webSocketTargets } from './websocket.js';

/** Everything that reads what strangers send, by itself. */
export function allTargets(underTest: UnderTest): Target[] {
  return [
    ...packetTargets(underTest),
    ...payloadTargets(underTest),
    ...requestTargets(underTest),
    ...differentialTargets(underTest),
    ...webSocketTargets(underTest),
  ];
}
