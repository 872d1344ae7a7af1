export { type ClientKind, client31, client40, client48, modernClients } from './clients/kinds.js';
export { type CaseName, type ContractOptions, contract } from './contract/contract.js';
export type { Mount, SessionAccess, Setup, Started, StartServer, Verdict } from './contract/setup.js';
export type { Certificate } from './support/certificate.js';
export { listen, urlOf } from './support/listen.js';
