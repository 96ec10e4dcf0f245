/** n8n's own nodes come from the installed host: their package is too large for a dev dependency. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const hostNodes = join(__dirname, '..', '.hosts', 'n8n-2.41.1', 'node_modules', 'n8n-nodes-base', 'dist', 'nodes');
export const hasHostNodes = () => existsSync(hostNodes);
