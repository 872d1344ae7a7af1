export {
  type ClientKind,
  client09,
  client25,
  client31,
  client40,
  client48,
  everyGeneration,
  modernClients,
} from './clients/kinds.js';
export { type CaseName, type ContractOptions, contract } from './contract/contract.js';
export type { Mount, SessionAccess, Setup, Started, StartServer, Verdict } from './contract/setup.js';
export type { Certificate } from './support/certificate.js';
export { listen, urlOf } from './support/listen.js';
