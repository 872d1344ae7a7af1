/** The settings of a run as options of sio. @param {import('../types.d.ts').ServerSettings} settings */
export const optionsOf = ({ maxPayload, releaseRequest, deflate, recovery, options }) => ({
  serveClient: false,
  maxHttpBufferSize: maxPayload,
  releaseRequest,
  perMessageDeflate: deflate,
  ...(recovery ? { connectionStateRecovery: {} } : {}),
  ...options,
});
