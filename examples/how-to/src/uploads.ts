import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientError, Namespace, socketio } from '@sio/express';
import express from 'express';

/** Bytes that one file may have. */
const MAX_FILE = 50_000_000;

const folder = await mkdtemp(join(tmpdir(), 'uploads-'));

class Files extends Namespace<{ uploaded: (id: string, size: number) => void }> {
  // Parts come one after the other: each waits for the write of the one before.
  static serial = true;

  #file: FileHandle | undefined;
  #id = '';
  #size = 0;

  async onBegin(size: number) {
    if (!(size <= MAX_FILE)) throw new ClientError('too_large', `A file may have ${MAX_FILE} bytes`);
    await this.#abandon();
    // The client's name of the file plays no part: no path leads out of the folder.
    this.#id = randomUUID();
    this.#size = 0;
    this.#file = await open(join(folder, `${this.#id}.part`), 'wx');
  }

  /** The acknowledgement asks for the next part: the client sends no faster than the disk writes. */
  async onPart(part: Buffer) {
    if (this.#file === undefined || !Buffer.isBuffer(part)) throw new ClientError('not_begun', 'Send begin first');
    if (this.#size + part.length > MAX_FILE) throw new ClientError('too_large', `A file may have ${MAX_FILE} bytes`);
    await this.#file.write(part);
    this.#size += part.length;
    return { received: this.#size };
  }

  async onEnd() {
    if (this.#file === undefined) throw new ClientError('not_begun', 'Send begin first');
    await this.#file.close();
    this.#file = undefined;
    await rename(join(folder, `${this.#id}.part`), join(folder, this.#id));
    this.broadcast.emit('uploaded', this.#id, this.#size);
    return { id: this.#id, size: this.#size };
  }

  /** A client that leaves in the middle of a file leaves nothing behind. */
  onDisconnect() {
    return this.#abandon();
  }

  async #abandon() {
    await this.#file?.close();
    if (this.#file !== undefined) await rm(join(folder, `${this.#id}.part`));
    this.#file = undefined;
  }
}

const app = express();
app.use('/files', express.static(folder, { setHeaders: (res) => res.attachment() }));
app.use(socketio({ '/files': Files }));
app.listen(3000);
