/**
 * The data's version, read once for all requests of one turn of the event loop. To read it takes SQLite three system
 * calls, a third of what an answer from memory costs.
 *
 * It is as true as a reading for each request: what is handled in a turn was ready when the turn began, so that
 * whoever asked had begun to ask before the version was read, and no change that was over by then is missed. That does
 * not hold for the second request of a connection in the same turn, which may have been sent after the first was
 * answered; nor in a turn that polls twice, as libuv does when more sockets are ready than it takes at once (1024).
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';

const MOST_CONNECTIONS = 1000;

/** Answers a function to be called for each request, that gives the version for this one. */
export function openTurnVersion(db: Db, server: Server): (socket: Socket) => string {
  const asked = new WeakMap<Socket, number>();
  let connections = 0;
  let turn = 0;
  let version: string | null = null;
  server.on('connection', (socket) => {
    connections += 1;
    socket.on('close', () => {
      connections -= 1;
    });
  });
  const endTurn = () => {
    turn += 1;
    version = null;
  };
  return (socket) => {
    const again = asked.get(socket) === turn;
    asked.set(socket, turn);
    if (version !== null && !again && connections < MOST_CONNECTIONS) return version;
    if (version === null) setImmediate(endTurn);
    version = readDataVersion(db);
    return version;
  };
}
