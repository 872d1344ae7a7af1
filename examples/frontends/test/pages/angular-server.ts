import '@angular/compiler';
import { provideZonelessChangeDetection } from '@angular/core';
import { type BootstrapContext, bootstrapApplication, provideClientHydration } from '@angular/platform-browser';
import { provideServerRendering, renderApplication } from '@angular/platform-server';
import { Room } from '../../angular/room.js';

const providers = [provideZonelessChangeDetection(), provideServerRendering(), provideClientHydration()];
const bootstrap = (context: BootstrapContext) => bootstrapApplication(Room, { providers }, context);

export const renderOnServer = async () => {
  const document = '<html><head></head><body><app-room></app-room></body></html>';
  const html = await renderApplication(bootstrap, { document });
  // The body is one piece: a script in it tells hydration what it needs.
  return /<body[^>]*>([\s\S]*)<\/body>/.exec(html)![1]!;
};
