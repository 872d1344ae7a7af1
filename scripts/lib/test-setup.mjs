// From Node 22 on there is a global WebSocket, which clients 1.x and 2.x would take for a browser's: without their headers, and
// with bytes that they cannot read. They shall use the one they ship with, as they did when they were made.
delete (/** @type {{ WebSocket?: unknown }} */ (globalThis).WebSocket);
