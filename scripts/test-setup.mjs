// From Node 22 on there is a global WebSocket. Clients 1.x and 2.x would use it as a browser's: without their headers, and with bytes
// that they cannot read. Without it they use the one they ship with.
delete (/** @type {{ WebSocket?: unknown }} */ (globalThis).WebSocket);
