import { Account } from './account.js';
import { connect } from './connection.js';
import { people, rooms } from './lists.js';
import { ChatLog } from './log.js';
import { loginForm } from './login.js';
import { memory } from './memory.js';
import { sayForm } from './say.js';
import { TypingSender, typing } from './typing.js';

const ANSWER_WITHIN = 10_000;

const socket = connect(document.getElementById('status'));
const account = new Account(socket);
const log = new ChatLog(document.getElementById('log'), document.getElementById('newer'));
const typed = new TypingSender((on) => socket.emit('typing', on));

/** Whose page this is. Kept while disconnected and over a reload, so that a new connection logs in by itself. */
const { name: remembered, room: left } = memory.read();
const me = { name: remembered, room: left };

const card = loginForm((name) => {
  if (account.used) return account.logIn(name, card.refuse);
  ask('login', [name, me.room], entered, card.refuse);
});

// A callback and no promise: it must have run before the next event does.
function ask(event, args, done, refused) {
  if (!socket.connected) return refused('Not connected at the moment. Please try again.');
  socket.timeout(ANSWER_WITHIN).emit(event, ...args, (late, answer) => {
    if (late) refused('The server does not answer. Please try again.');
    else if (answer.error) refused(answer.error.message);
    else done(answer);
  });
}

function entered({ name, room, people: names, history }) {
  const moved = room !== log.room;
  Object.assign(me, { name, room });
  if (!account.used) memory.write(me);
  document.title = `${room} – Chatterbox`;
  document.getElementById('room-title').textContent = room;
  if (moved) log.open(room, history, name);
  log.notice(`You are in ${room} as ${name}.`);
  people.show(names, name);
  rooms.mark(room);
  typing.clear();
  card.loggedIn(name, account.used);
}

function enter(room) {
  rooms.mark(room);
  if (me.name) return ask('enter', [room], entered, refusedRoom);
  me.room = room;
  card.focus();
}

/** Logging in again after a lost connection failed, because another user has the name. */
function dropped(reason) {
  // With accounts the session says who this is.
  if (account.used) return;
  card.suggest(me.name);
  me.name = undefined;
  card.loggedOut(reason);
}

function refusedRoom(text) {
  rooms.mark(me.room);
  log.notice(text);
}

const line = sayForm(
  (text) => {
    ask('chat', [text], ({ delivered }) => delivered && line.sent(text), line.refuse);
    typed.sent();
  },
  (text) => me.name && typed.input(text),
);

document.getElementById('logout').addEventListener('click', () => account.logOut((reason) => log.notice(reason)));

socket.on('connect', () => {
  if (me.name && !account.used) ask('login', [me.name, me.room], entered, dropped);
});
socket.on('account', (name) => {
  account.used = true;
  memory.write({});
  me.name = name ?? undefined;
  if (me.name) ask('enter', [me.room], entered, refusedRoom);
  else card.loggedOut('');
});
socket.on('disconnect', (reason) => {
  log.room = undefined;
  people.show([]);
  typing.clear();
  // Somebody has logged this session out: back as a visitor.
  if (account.used && reason === 'io server disconnect') socket.connect();
});
socket.on('rooms', (names) => {
  if (!names.includes(me.room)) me.room = names[0];
  rooms.show(names, me.room, enter);
});
socket.on('chat', (line) => {
  typing.stop(line.from);
  log.add(line, me.name);
});
socket.on('enter', (name) => {
  people.add(name);
  log.notice(`${name} entered.`);
});
socket.on('exit', (name) => {
  people.remove(name);
  typing.stop(name);
  log.notice(`${name} left.`);
});
socket.on('typing', (name, on) => (on ? typing.start(name) : typing.stop(name)));

card.focus();
