import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientError, Namespace, socketio } from '@sio/express';
import express from 'express';

/** Bytes of one file, and of all files. */
const MAX_FILE = 50_000_000;
const MAX_STORED = 10 * MAX_FILE;
/** The first bytes of PNG, JPEG and PDF. A client may claim any type. */
const SIGNATURES = ['89504e47', 'ffd8ff', '25504446'];

const folder = await mkdtemp(join(tmpdir(), 'uploads-'));
let stored = 0;

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
    // The client has left meanwhile.
    if (this.signal.aborted) await this.#abandon();
  }

  /** The acknowledgement asks for the next part: the client sends no faster than the disk writes. */
  async onPart(part: Buffer) {
    if (this.#file === undefined || !Buffer.isBuffer(part)) throw new ClientError('not_begun', 'Send begin first');
    if (this.#size + part.length > MAX_FILE) throw new ClientError('too_large', `A file may have ${MAX_FILE} bytes`);
    if (stored + part.length > MAX_STORED) throw new ClientError('full', 'The disk is full');
    const first = part.toString('hex', 0, 4);
    if (this.#size === 0 && !SIGNATURES.some((signature) => first.startsWith(signature)))
      throw new ClientError('type', 'A file may be PNG, JPEG or PDF');
    // Counted before the write, so that the parts of other clients see it.
    this.#size += part.length;
    stored += part.length;
    await this.#file.write(part);
    return { received: this.#size };
  }

  async onEnd() {
    const file = this.#file;
    if (file === undefined) throw new ClientError('not_begun', 'Send begin first');
    this.#file = undefined;
    await file.close();
    await rename(join(folder, `${this.#id}.part`), join(folder, this.#id));
    this.broadcast.emit('uploaded', this.#id, this.#size);
    return { id: this.#id, size: this.#size };
  }

  /** A client that leaves in the middle of a file leaves nothing behind. */
  onDisconnect() {
    return this.#abandon();
  }

  async #abandon() {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    stored -= this.#size;
    await file.close();
    await rm(join(folder, `${this.#id}.part`));
  }
}

const app = express();
// A download, whatever it contains: no browser shows it as a page of this origin.
const setHeaders = (res: express.Response) => res.attachment().set('X-Content-Type-Options', 'nosniff');
app.use('/files', express.static(folder, { setHeaders }));
app.use(socketio({ '/files': Files }));
app.listen(3000);
