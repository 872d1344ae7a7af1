// Constants, so that a bundle does not take the name of the application that it is part of. A test holds them to
// package.json.
export const name = '@sio/hapi';
export const version = '0.1.0';
