import { rabbitmq } from '@sio/cluster/rabbitmq';
import { connect } from 'amqplib';
import { changed, type Refusal, startTls } from './support/refusals.js';
import { engineSuite } from './support/suite.js';

const engineFor = (url: string) => rabbitmq(() => connect(url));

const REFUSALS: readonly Refusal[] = [
  {
    title: 'a wrong password',
    engine: (url) => engineFor(changed(url, { username: 'guest', password: 'wrong' })),
    says: /ACCESS.REFUSED/,
  },
  {
    title: 'an unknown virtual host',
    engine: (url) => engineFor(changed(url, { pathname: '/nowhere' })),
    says: /ConnectionOpenOk/,
  },
  {
    // RabbitMQ keeps names of this kind for itself.
    title: 'a user who may not make its exchange',
    engine: (url) => rabbitmq(() => connect(url), { exchange: 'amq.sio' }),
    says: /ACCESS.REFUSED/,
  },
  {
    title: 'an exchange of another kind',
    engine: (url) => rabbitmq(() => connect(url), { exchange: 'amq.fanout' }),
    says: /PRECONDITION.FAILED/,
  },
  {
    title: 'TLS that the server does not trust',
    engine: async (url) => engineFor(`amqps://localhost:${await startTls(url)}`),
    says: /self-signed certificate/,
  },
];

engineSuite('a cluster on RabbitMQ', 'rabbitmq', engineFor, REFUSALS);
