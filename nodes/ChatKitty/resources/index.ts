import { apiRequest } from '../../../lib/action/apiRequest';
import type { Resource } from '../../../lib/action/operation';
import type { ChatKittyApi } from '../api';
import { withoutClientSecret } from '../runtime';
import { application } from './application';
import { channel } from './channel';
import { exporting } from './export';
import { imports } from './import';
import { job } from './job';
import { message } from './message';
import { session } from './session';
import { thread } from './thread';
import { user } from './user';

export const resources: ReadonlyArray<Resource<ChatKittyApi>> = [
	message,
	apiRequest<ChatKittyApi>({
		api: 'the ChatKitty API',
		send: async (chatkitty, request) => withoutClientSecret(await chatkitty.send(request)),
		placeholder: '/runtimes/nodejs/functions',
		documentationUrl: 'https://chatkitty.com/docs/api/reference',
	}),
	application,
	channel,
	exporting,
	imports,
	job,
	session,
	thread,
	user,
];
