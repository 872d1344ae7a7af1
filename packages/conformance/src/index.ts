export type { Certificate } from '@sio/test-kit';
export {
  type ClientKind,
  client09,
  client25,
  client31,
  client40,
  client48,
  everyProtocolVersion,
  listen,
  modernClients,
  urlOf,
} from '@sio/test-kit';
export { type CaseName, type ContractOptions, contract } from './contract/contract.js';
export type { Mount, SessionAccess, Setup, Started, StartServer, Verdict } from './contract/setup.js';
