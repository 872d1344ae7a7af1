import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Namespace } from '@sio/core';
import { Metrics } from '@sio/prometheus';
import { connect, startServer } from '@sio/test-kit';
import { tool } from '@sio/test-kit/services';
import { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';

const promtool = tool('promtool');

class Chat extends Namespace {
  onSay() {
    return 'ok';
  }
}

describe.skipIf(promtool === undefined)('promtool', () => {
  test('accepts the alert rules', () => {
    const rules = fileURLToPath(new URL('../alerts/sio.yml', import.meta.url));
    expect(execFileSync(promtool!, ['check', 'rules', rules]).toString()).toMatch(/SUCCESS: \d+ rules found/);
  });

  test('reports no problem with the metrics', async () => {
    const { io, url } = await startServer({ namespaces: { '/chat': Chat } });
    const registry = new Registry();
    const metrics = new Metrics(io, { registry });
    onTestFinished(() => metrics.stop());
    await connect('4.8.4', `${url}/chat`, 'websocket').ask('say');
    const input = await registry.metrics();
    expect(execFileSync(promtool!, ['check', 'metrics'], { input }).toString()).toBe('');
  });
});
