import { acks, allow, ClientError, ConnectionRefused, Namespace, on } from '@sio/core';
import { z } from 'zod';

interface ServerEvents {
  said: (from: string, text: string) => void;
  question: (n: number, answer: (n: number) => void) => void;
  bytes: (data: Buffer) => void;
}

/** Something of everything. */
export class Chat extends Namespace<ServerEvents> {
  static closed = 0;
  name = '';

  async onConnect({ name }: { name?: string }) {
    if (name === 'mallory') throw new ConnectionRefused('Not you', { code: 7 });
    this.name = name ?? 'guest';
    await this.join('lobby');
  }

  onSay(text: string) {
    this.to('lobby').emit('said', this.name, text);
    return { delivered: true };
  }

  async onLater(value: number) {
    await new Promise((resolve) => setImmediate(resolve));
    return value + 1;
  }

  onTwo() {
    return acks('a', 2);
  }

  onNothing() {}

  onEcho(data: Buffer) {
    this.emit('bytes', data);
    return data;
  }

  async onAsk(n: number) {
    return this.timeout(1000).emitWithAck('question', n);
  }

  @on('sum', z.array(z.number()))
  total(numbers: number[]) {
    return numbers.reduce((a, b) => a + b, 0);
  }

  @allow((chat: Chat) => chat.name === 'admin')
  onSecret() {
    return 42;
  }

  onBroken() {
    throw new Error('a secret');
  }

  onRefuse() {
    throw new ClientError('not_now', 'Later', { wait: 3 });
  }

  onUnhandled(event: string, ...args: unknown[]) {
    return event === 'anything' ? args : undefined;
  }

  onDisconnect() {
    Chat.closed++;
  }
}
