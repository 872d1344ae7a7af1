'use client';

export { Room } from '../../react/room';
