export default {
  devServer: {
    proxy: [{ context: ['/socket.io'], target: 'http://127.0.0.1:3000', ws: true }],
  },
};
