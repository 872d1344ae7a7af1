export { type Certificate, listen } from '@sio/test-kit';
export { type CaseName, type ContractOptions, contract } from './contract/contract.js';
export type { Mount, SessionAccess, Setup, Started, StartServer, Verdict } from './contract/setup.js';
