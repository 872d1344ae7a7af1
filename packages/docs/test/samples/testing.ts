import { Namespace } from '@sio/core';
import { connect } from '@sio/testing';
import { expect } from 'vitest';

class Chat extends Namespace {
  onSay(_text: string) {
    return { delivered: true };
  }
}

// #region
const ada = await connect(Chat, { auth: { name: 'Ada' } });
expect(await ada.call('say', 'hello')).toEqual({ delivered: true });
// #endregion
