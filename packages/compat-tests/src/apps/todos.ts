import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';

interface Todo {
  id: number;
  title: string;
  done: boolean;
}

type Result<T> = { readonly data: T } | { readonly error: string; readonly details?: readonly string[] };
type Answer<T = void> = (result: Result<T>) => void;

interface ClientEvents {
  'todo:create': (todo: Omit<Todo, 'id'>, answer: Answer<number>) => void;
  'todo:read': (id: number, answer: Answer<Todo>) => void;
  'todo:update': (todo: Todo, answer: Answer) => void;
  'todo:delete': (id: number, answer: Answer) => void;
  'todo:list': (answer: Answer<readonly Todo[]>) => void;
}

interface ServerEvents {
  'todo:created': (todo: Todo) => void;
  'todo:updated': (todo: Todo) => void;
  'todo:deleted': (id: number) => void;
}

type TodoSocket = Socket<ClientEvents, ServerEvents>;

function problemsOf(todo: Partial<Todo> | undefined): string[] {
  const problems: string[] = [];
  if (typeof todo?.title !== 'string' || todo.title.trim() === '') problems.push('a title is needed');
  if (typeof todo?.done !== 'boolean') problems.push('done is true or false');
  return problems;
}

/** Things to do: each request is acknowledged with what came of it, each change is told to all others. */
export function todos(http: HttpServer): Server<ClientEvents, ServerEvents> {
  const io = new Server<ClientEvents, ServerEvents>(http);
  const all = new Map<number, Todo>();
  let count = 0;

  const missing = (answer: Answer<never>) => answer({ error: 'not found' });

  io.of('/todos').on('connection', (socket: TodoSocket) => {
    socket.on('todo:create', (given, answer) => {
      const details = problemsOf(given);
      if (details.length > 0) return answer({ error: 'invalid', details });
      const todo = { id: ++count, title: given.title, done: given.done };
      all.set(todo.id, todo);
      answer({ data: todo.id });
      socket.broadcast.emit('todo:created', todo);
    });

    socket.on('todo:read', (id, answer) => {
      const todo = all.get(id);
      if (todo === undefined) missing(answer);
      else answer({ data: todo });
    });

    socket.on('todo:update', (given, answer) => {
      const details = problemsOf(given);
      if (details.length > 0) return answer({ error: 'invalid', details });
      if (!all.has(given.id)) return missing(answer);
      all.set(given.id, given);
      answer({ data: undefined });
      socket.broadcast.emit('todo:updated', given);
    });

    socket.on('todo:delete', (id, answer) => {
      if (!all.delete(id)) return missing(answer);
      answer({ data: undefined });
      socket.broadcast.emit('todo:deleted', id);
    });

    socket.on('todo:list', (answer) => answer({ data: [...all.values()] }));
  });
  return io;
}
