import '@angular/compiler';
import { provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication, provideClientHydration } from '@angular/platform-browser';
import { Room } from '../../angular/room.js';

export async function start(element: HTMLElement) {
  const isRendered = element.hasChildNodes();
  if (!isRendered) element.append(document.createElement('app-room'));
  const providers = [provideZonelessChangeDetection(), ...(isRendered ? [provideClientHydration()] : [])];
  const app = await bootstrapApplication(Room, { providers });
  return () => app.destroy();
}
