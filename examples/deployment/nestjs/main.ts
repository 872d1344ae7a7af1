import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Module, ServiceUnavailableException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { MessageBody, SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import type { Hub } from '@sio/core';
import { SioAdapter } from '@sio/nestjs';

let leaving = false;

@WebSocketGateway({ namespace: '/chat' })
class ChatGateway {
  @WebSocketServer()
  private readonly chat!: Hub;

  @SubscribeMessage('say')
  say(@MessageBody() text: string): { delivered: boolean } {
    this.chat.emit('said', text);
    return { delivered: true };
  }
}

@Controller('healthz')
class HealthController {
  @Get()
  check(): void {
    if (leaving) throw new ServiceUnavailableException();
  }
}

@Module({ controllers: [HealthController], providers: [ChatGateway] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule);
  if (process.env.NODE_ENV === 'production') app.set('trust proxy', 1);
  const adapter = new SioAdapter(app);
  app.useWebSocketAdapter(adapter);
  await app.listen(Number(process.env.PORT ?? 3000));
  const { port } = app.getHttpServer().address() as AddressInfo;
  console.log(`http://localhost:${port}`);

  process.once('SIGTERM', async () => {
    leaving = true;
    await adapter.io.drain({ deadline: 10_000, jitter: 2_000 });
    await app.close();
  });
}

void main();
