import { operationsOf } from '../../lib/action/operation';
import type { ChatTechnologiesApi } from './api';

/** Beside the API and not in it: n8n needs the operations as it starts, and the API only when one runs. */
export const operation = operationsOf<ChatTechnologiesApi>();
