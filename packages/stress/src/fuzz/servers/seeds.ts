import { readCaptures } from '../corpus.js';

const CRLF = '\r\n';

function request(line: string, headers: readonly string[], body = ''): string {
  return [`${line} HTTP/1.1`, 'Host: localhost', ...headers, '', body].join(CRLF);
}

const get = (target: string, ...headers: string[]) => request(`GET ${target}`, headers);
const post = (target: string, type: string, body: string, ...headers: string[]) =>
  request(`POST ${target}`, [`Content-Type: ${type}`, 'Content-Length: <len>', ...headers], body);
const upgrade = (target: string, ...headers: string[]) =>
  get(
    target,
    'Connection: keep-alive, Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  );

const FOUR = '/socket.io/?EIO=4&transport=';
const THREE = '/socket.io/?EIO=3&transport=';
const NINE = '/socket.io/1';
const TEXT = 'text/plain;charset=UTF-8';
const FORM = 'application/x-www-form-urlencoded';
const EVENT = '2["ask",{"a":[1]}]';

const BROWSER = [
  'Origin: http://localhost',
  'Referer: http://localhost/page',
  'Cookie: io=abc; connect.sid=s%3Aabc.def; koa.sess=x; koa.sess.sig=y; sessionId=z.z; session=Fe26.2**1',
  'Accept-Encoding: gzip, deflate, br',
  'X-Forwarded-For: 10.0.0.1, 10.0.0.2',
  'X-Forwarded-Host: example.com',
  'X-Forwarded-Proto: https',
  'User-Agent: Mozilla/5.0 (compatible;MSIE 9.0; Trident/5.0)',
];

/** Requests of browsers and of clients in other languages, and requests that no client should send. */
const WRITTEN: readonly string[] = [
  // Long polling of Engine.IO 4, as a browser does it, and in JSONP.
  get(`${FOUR}polling&t=abc`, ...BROWSER),
  `${get(`${FOUR}polling&sid=<sid4>`, ...BROWSER)}<new>${post(`${FOUR}polling&sid=<sid4>`, TEXT, `40\x1e40/chat,{"token":"x"}\x1e42${EVENT.slice(1)}`, ...BROWSER)}<wait>${get(`${FOUR}polling&sid=<sid4>`)}`,
  post(`${FOUR}polling&sid=<sid4>`, TEXT, '40\x1e451-["ask",{"_placeholder":true,"num":0}]\x1ebAQIDBA==\x1e41'),
  `${get(`${FOUR}polling&j=3`)}<wait>${post(`${FOUR}polling&j=3&sid=<sid4>`, FORM, 'd=40%1E42%5B%22ask%22%2C1%5D')}<wait>${get(`${FOUR}polling&j=4&sid=<sid4>`)}`,
  // The same of Engine.IO 3: text, binary, base64, JSONP.
  `${post(`${THREE}polling&sid=<sid3>`, TEXT, `${EVENT.length + 1}:4${EVENT}2:41`)}<wait>${get(`${THREE}polling&sid=<sid3>&b64=1`)}`,
  `${post(`${THREE}polling&sid=<sid3>`, 'application/octet-stream', `\x00\x01\x09\xff4${EVENT}\x01\x04\xff\x04\x01\x02\x03`)}<wait>${get(`${THREE}polling&sid=<sid3>`)}`,
  `${get(`${THREE}polling&j=0`)}<wait>${post(`${THREE}polling&j=0&sid=<sid3>`, FORM, 'd=6%3A4hello%5Cn%5C%5Cn10%3Ab4AQIDBA%3D%3D')}<wait>${get(`${THREE}polling&j=1&sid=<sid3>`)}`,
  // 0.9, each of its transports.
  `${get(`${NINE}/?t=1&jsonp=2`, ...BROWSER)}<wait>${get(`${NINE}/xhr-polling/<sid09>?t=2`)}<new>${post(`${NINE}/xhr-polling/<sid09>`, 'text/plain', '5:1+::{"name":"ask","args":[1]}')}<wait>${get(`${NINE}/xhr-polling/<sid09>/?disconnect=1`)}`,
  `${get(`${NINE}/jsonp-polling/<sid09>?t=2&i=0`)}<new>${post(`${NINE}/jsonp-polling/<sid09>?i=1`, FORM, 'd=%225%3A%3A%3A%7B%5C%22name%5C%22%3A%5C%22ask%5C%22%7D%22')}`,
  `${get(`${NINE}/htmlfile/<sid09>`)}<wait><new>${post(`${NINE}/htmlfile/<sid09>`, 'text/plain', '\xef\xbf\xbd5\xef\xbf\xbd1::/chat\xef\xbf\xbd6\xef\xbf\xbd3:::é')}<wait>`,
  `${get(`${NINE}/xhr-multipart/<sid09>`)}<wait><new>${post(`${NINE}/xhr-multipart/<sid09>`, 'text/plain', '2::')}<wait>`,
  `${upgrade(`${NINE}/websocket/<sid09>`)}<wait><frame 81>5:1+::{"name":"ask","args":[1]}<frame 81>1::/chat<wait><frame 81>0::<wait>`,
  `${upgrade(`${NINE}/flashsocket/<sid09>`)}<frame 81>2::<frame 81>6:::1+["a"]<wait>`,
  // WebSockets: with early frames, with compression, in fragments, against the rules, and after polling.
  `${upgrade(`${FOUR}websocket`, 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits', ...BROWSER)}<frame 81>40<frame 81>42${EVENT.slice(1)}<wait><frame 81>451-["ask",{"_placeholder":true,"num":0}]<frame 82>\x01\x02<wait>`,
  `${upgrade(`${FOUR}websocket`)}<wait><frame 01>40/ch<frame 00>at,<frame 89>ping<frame 80>{"token":1}<frame 8a>pong<frame 81>3<frame 88>\x03\xe8<wait>`,
  `${upgrade(`${FOUR}websocket`)}<wait><frame 81>40<frame c1>42["x"]<wait>`,
  `${upgrade(`${FOUR}websocket`)}<wait><frame 81>40<bare 81>42["x"]<wait>`,
  `${upgrade(`${FOUR}websocket`)}<wait><frame 81>40<raw>\x81\xfe\x00\x7e\x00\x00\x00\x0042["x"]\x82\xff\x00\x00\x00\x00\x00\x00\x00\x02\x01\x02\x03\x04\x05\x06<wait><end>`,
  `${upgrade(`${FOUR}websocket&sid=<sid4>`)}<wait><frame 81>2probe<wait><new>${get(`${FOUR}polling&sid=<sid4>`)}<new>${post(`${FOUR}polling&sid=<sid4>`, TEXT, '40')}<wait>`,
  `${upgrade(`${FOUR}websocket&sid=<sid4>`)}<frame 81>2probe<frame 81>5<frame 81>40<frame 81>42${EVENT.slice(1)}<wait>`,
  `${get(`${THREE}polling&sid=<sid3>`)}<new>${upgrade(`${THREE}websocket&sid=<sid3>`)}<wait><frame 81>2probe<wait><frame 81>5<frame 81>4${EVENT}<frame 82>\x04\x01<wait>`,
  // MessagePack.
  `${upgrade(`${FOUR}websocket`)}<wait><frame 82>\x83\xa4type\x00\xa3nsp\xa1/\xa4data\x80<wait><frame 82>\x84\xa4type\x02\xa3nsp\xa1/\xa4data\x92\xa3ask\x01\xa2id\x05<wait>`,
  // Of HTTP itself: pipelines, chunks, bodies with upgrades, other methods and versions, what is not HTTP.
  get('/', 'Connection: keep-alive') +
    get(`${FOUR}polling`) +
    get('/socket.io/socket.io.js', 'If-None-Match: "4.8.4"', 'Accept-Encoding: gzip'),
  get(`${FOUR}polling`) +
    get(`${FOUR}polling&sid=<sid4>`) +
    post(`${FOUR}polling&sid=<sid4>`, TEXT, '40') +
    upgrade(`${FOUR}websocket`),
  request(
    `POST ${FOUR}polling&sid=<sid4>`,
    ['Transfer-Encoding: chunked', `Content-Type: ${TEXT}`],
    `2\r\n40\r\n1;x=y\r\n\x1e\r\n0\r\nTrailer: 1\r\n\r\n`,
  ),
  `${upgrade(`${FOUR}websocket`, 'Content-Length: 5')}hello${get('/')}<wait>`,
  `${upgrade(`${FOUR}websocket`, 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n${get('/')}<wait>`,
  upgrade('/elsewhere', 'Content-Length: 0') + get(`${FOUR}polling`),
  upgrade('/app/socket.io/?EIO=4&transport=websocket') + get('/socket.io/socket.io/1/'),
  get('/', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__') +
    get(`${FOUR}polling`),
  post(`${FOUR}polling&sid=<sid4>`, TEXT, '40', 'Expect: 100-continue'),
  request(`OPTIONS ${FOUR}polling`, ['Origin: http://a.example', 'Access-Control-Request-Method: POST']),
  request(`PUT ${FOUR}polling&sid=<sid4>`, ['Content-Length: 3'], 'abc'),
  request(`HEAD ${FOUR}polling&sid=<sid4>`, []),
  `CONNECT localhost:80 HTTP/1.1${CRLF}Host: localhost${CRLF}${CRLF}`,
  `GET http://localhost${FOUR}polling HTTP/1.0${CRLF}Connection: keep-alive${CRLF}${CRLF}`,
  '<policy-file-request/>\0',
];

/** Conversations of official clients, recorded by `npm run fuzz -- --capture`, and others. */
export const SEEDS: readonly string[] = [...Object.values(readCaptures()), ...WRITTEN];

/** Words with a meaning in HTTP, in WebSockets, and to attackers. */
export const PIECES: readonly string[] = [
  ...['<wait>', '<new>', '<end>', '<raw>', '<sid4>', '<sid3>', '<sid09>', '<len>', CRLF, CRLF + CRLF],
  ...['<frame 81>', '<frame 82>', '<frame 01>', '<frame 00>', '<frame 80>', '<frame 88>', '<frame 89>', '<frame 8a>'],
  ...[
    '<frame c1>',
    '<frame a1>',
    '<frame 83>',
    '<bare 81>',
    '2probe',
    '5',
    '1',
    '40',
    '41',
    '42["say",1]',
    '3',
    '2::',
    '0::',
  ],
  ...['GET ', 'POST ', 'OPTIONS ', 'HEAD ', 'DELETE ', ' HTTP/1.1', ' HTTP/1.0', 'Host: localhost\r\n', 'Host: \r\n'],
  ...['Upgrade: websocket\r\n', 'Connection: Upgrade\r\n', 'Connection: close\r\n', 'Expect: 100-continue\r\n'],
  ...[
    'Content-Length: 0\r\n',
    'Content-Length: 3\r\n',
    'Content-Length: 99999999\r\n',
    'Transfer-Encoding: chunked\r\n',
  ],
  ...[
    'Content-Type: application/json\r\n',
    'Content-Type: application/octet-stream\r\n',
    '0\r\n\r\n',
    '5\r\nhello\r\n',
  ],
  ...['Origin: null\r\n', 'Origin: http://evil.example\r\n', 'Cookie: __proto__=1; a\r\n', 'X-Forwarded-For: ,\r\n'],
  ...[
    'Sec-WebSocket-Extensions: permessage-deflate\r\n',
    'Sec-WebSocket-Protocol: a, a\r\n',
    'Sec-WebSocket-Version: 8\r\n',
  ],
  ...[
    'EIO=4',
    'EIO=3',
    'transport=websocket',
    'transport=polling',
    'j=0',
    'b64=1',
    'sid=',
    '&',
    '/socket.io/',
    '/socket.io/1/',
  ],
];
