export {
  echo,
  listenOnPort as listen,
  open,
  RawTcpClient as RawClient,
  refusal,
  serve,
  upgradeLines,
} from '@sio/test-kit';
