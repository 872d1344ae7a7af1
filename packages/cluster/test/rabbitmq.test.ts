import { rabbitmq } from '@sio/cluster/rabbitmq';
import { connect } from 'amqplib';
import { engineSuite } from './support/suite.js';

engineSuite('a cluster on RabbitMQ', 'rabbitmq', (url) => rabbitmq(() => connect(url)));
